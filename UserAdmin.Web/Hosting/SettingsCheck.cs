using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;
using UserAdmin.Core;

namespace UserAdmin.Web.Hosting;

/// <summary>Looks at every setting before anything starts, so that a wrong one is named instead of failing somewhere later.</summary>
internal static partial class SettingsCheck
{
    private const string Root = "UserAdmin";

    [GeneratedRegex("^[A-Za-z0-9-]{1,30}$")]
    private static partial Regex NameShape { get; }

    /// <summary>Writes a line per wrong setting; true when there was one.</summary>
    public static bool Report(IConfiguration configuration, TextWriter output)
    {
        var known = CoreServices.SettingSections.Concat([("Portal", typeof(PortalSettings)), ("Api", typeof(Api.ApiSettings))]).ToList();
        var problems = configuration.GetSection(Root).GetChildren().SelectMany(section => Check(section, known)).ToList();
        problems.ForEach(output.WriteLine);
        return problems.Count > 0;
    }

    private static IEnumerable<string> Check(IConfigurationSection section, IReadOnlyList<(string Path, Type Settings)> known)
    {
        var path = section.Path[(Root.Length + 1)..].Split(':');
        if (!NameShape.IsMatch(path[^1]))
            return [$"{section.Path} is not a name that can be used: take up to 30 letters, digits and hyphens."];
        var fitting = known.Where(entry => StartsLike(entry.Path.Split(':'), path)).ToList();
        return fitting.Count == 0 ? [$"{section.Path} is not a setting of UserAdmin."]
            : fitting.Find(entry => entry.Path.Split(':').Length == path.Length) is { Settings: { } type } ? Check(section, type)
            : section.GetChildren().SelectMany(inner => Check(inner, known));
    }

    // A star stands for a name that the installation chooses.
    private static bool StartsLike(string[] known, string[] path) =>
        path.Length <= known.Length && path.Zip(known).All(part => part.Second == "*" || part.First.Equals(part.Second, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Check(IConfigurationSection section, Type type)
    {
        var settings = Activator.CreateInstance(type)!;
        var properties = type.GetProperties().Where(p => p.CanWrite).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        var problems = section.GetChildren().Select(value =>
            !properties.TryGetValue(value.Key, out var property) ? $"{value.Path} is not a setting of UserAdmin."
            : CheckValue(value, property, settings) is { } problem ? $"{value.Path} {problem} (it is '{value.Value}')."
            : null).OfType<string>().Concat(Missing(section, properties.Values, settings)).ToList();
        return problems.Count > 0 || settings is not IValidatableObject together ? problems : CheckTogether(section, together);
    }

    private static IEnumerable<string> Missing(IConfigurationSection section, IEnumerable<PropertyInfo> properties, object settings) =>
        from property in properties
        where section.GetSection(property.Name).Value is null
        let required = property.GetCustomAttribute<RequiredAttribute>()
        where required is not null && !required.IsValid(property.GetValue(settings))
        select $"{section.Path}:{property.Name} {required.ErrorMessage}.";

    // What values mean for each other is asked once each of them is right.
    private static IEnumerable<string> CheckTogether(IConfigurationSection section, IValidatableObject settings)
    {
        section.Bind(settings);
        return settings.Validate(new(settings)).Select(problem => $"{section.Path}:{problem.MemberNames.First()} {problem.ErrorMessage}.");
    }

    private static string? CheckValue(IConfigurationSection value, PropertyInfo property, object settings)
    {
        object? converted;
        try
        {
            converted = TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(value.Value ?? "");
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or NotSupportedException)
        {
            return property.PropertyType.IsEnum ? $"must be one of {string.Join(", ", Enum.GetNames(property.PropertyType))}" : "must be a number";
        }
        var results = new List<ValidationResult>();
        return Validator.TryValidateProperty(converted, new(settings) { MemberName = property.Name }, results) ? null : results[0].ErrorMessage;
    }
}
