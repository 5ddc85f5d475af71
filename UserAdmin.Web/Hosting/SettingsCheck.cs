using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using UserAdmin.Core;

namespace UserAdmin.Web.Hosting;

/// <summary>Looks at every setting before anything starts, so that a wrong one is named instead of failing somewhere later.</summary>
internal static class SettingsCheck
{
    private const string Root = "UserAdmin";

    /// <summary>Writes a line per wrong setting; true when there was one.</summary>
    public static bool Report(IConfiguration configuration, TextWriter output)
    {
        var known = CoreServices.SettingSections.Append(("Portal", typeof(PortalSettings))).ToDictionary(StringComparer.OrdinalIgnoreCase);
        var problems = configuration.GetSection(Root).GetChildren()
            .SelectMany(section => known.TryGetValue(section.Key, out var type) ? Check(section, type) : [$"{section.Path} is not a setting of UserAdmin."])
            .ToList();
        problems.ForEach(output.WriteLine);
        return problems.Count > 0;
    }

    private static IEnumerable<string> Check(IConfigurationSection section, Type type)
    {
        var settings = Activator.CreateInstance(type)!;
        var properties = type.GetProperties().Where(p => p.CanWrite).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var value in section.GetChildren())
            if (!properties.TryGetValue(value.Key, out var property))
                yield return $"{value.Path} is not a setting of UserAdmin.";
            else if (CheckValue(value, property, settings) is { } problem)
                yield return $"{value.Path} {problem} (it is '{value.Value}').";
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
