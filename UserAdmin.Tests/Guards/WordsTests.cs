using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Resources;
using System.Text.RegularExpressions;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Core.Notifications;
using UserAdmin.Web.Audit;

namespace UserAdmin.Tests.Guards;

/// <summary>Whatever account and self-service pages say is there in every language, with the same placeholders.</summary>
public partial class WordsTests
{
    private static readonly Assembly[] Ours = [typeof(Words).Assembly, typeof(Program).Assembly];

    public static TheoryData<string> OtherLanguages => [.. Words.Languages.Select(language => language.Code).Where(code => code != "en")];

    [Theory, MemberData(nameof(OtherLanguages))]
    public void Every_sentence_has_a_translation_with_the_same_placeholders(string language)
    {
        var translations = TranslationsOf(language);

        var missing = AllSentences().Where(sentence => !translations.ContainsKey(sentence)).ToList();
        var broken = translations.Where(pair => !Placeholders(pair.Key).SetEquals(Placeholders(pair.Value))).Select(pair => pair.Key).ToList();

        if (missing.Count + broken.Count > 0)
            Assert.Fail($"{language}: {missing.Count} missing, {broken.Count} with other placeholders\n{string.Join('\n', missing.Concat(broken))}");
    }

    [Theory, MemberData(nameof(OtherLanguages))]
    public void No_translation_is_left_over(string language)
    {
        var needed = AllSentences();

        var leftOver = TranslationsOf(language).Keys.Where(sentence => !needed.Contains(sentence)).ToList();

        if (leftOver.Count > 0)
            Assert.Fail($"{language}: nothing says these any more\n{string.Join('\n', leftOver)}");
    }

    [Theory, MemberData(nameof(OtherLanguages))]
    public void Every_mail_is_there_with_the_same_placeholders(string language)
    {
        Assert.All(MailKind.All, kind =>
        {
            var (english, other) = (MailTemplates.Default(kind, "en"), MailTemplates.Default(kind, language));

            Assert.True(other is not null, $"{kind.Key}.{language}.md is missing");
            Assert.Equal(MailPlaceholders(english!).Order(), MailPlaceholders(other).Order());
        });
    }

    private static SortedSet<string> AllSentences() => new(
        [.. InSources(), .. Problems(), .. Annotations(), .. Choices(), .. AuditAction.All.Select(action => action.Sentence), .. PermissionInfo.All.SelectMany(info => new[] { info.Title, info.ModuleTitle }), RoleWords.RoleInactive, RoleWords.OrganizationInactive, .. ProfileField.All.Select(field => field.Label), .. Stored], StringComparer.Ordinal);

    // Kept in rows in English and translated where they are shown.
    private static readonly string[] Stored = ["Signed out", "A new password is required", "A refresh token was used twice", Actor.System.Name, Actor.Anonymous.Name];

    // Texts in T("..."), and those that become words later: what notices tell, titles of the menu and of tabs.
    private static IEnumerable<string> InSources()
    {
        foreach (var file in Directory.EnumerateFiles(Root, "*.*", SearchOption.AllDirectories).Where(IsSource))
        {
            var source = File.ReadAllText(file);
            var patterns = Path.GetFileName(file) is "NavigationMenu.razor" or "MyTabs.razor" ? [Translated, Told, Titled] : new[] { Translated, Told };
            foreach (Match match in patterns.SelectMany(pattern => pattern.Matches(source)))
                yield return Regex.Unescape(match.Groups["text"].Value);
        }
    }

    private static IEnumerable<string> Problems() =>
        Ours.SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType == typeof(Problem))
            .Select(field => ((Problem)field.GetValue(null)!).Message);

    private static IEnumerable<string> Choices() =>
        Enum.GetValues<AuditCategory>().Select(AuditWords.Of).Concat(
            from type in typeof(Profile).Assembly.GetTypes().Append(typeof(AuditOutcome))
            where type.IsEnum && (type.Namespace == typeof(Profile).Namespace || type == typeof(AuditOutcome))
            from choice in type.GetFields(BindingFlags.Public | BindingFlags.Static)
            select choice.GetCustomAttribute<DisplayAttribute>()?.Name ?? choice.Name);

    private static IEnumerable<string> Annotations() =>
        from type in Ours.SelectMany(assembly => assembly.GetTypes())
        where type.Name.EndsWith("Form", StringComparison.Ordinal)
        from property in type.GetProperties()
        from text in property.GetCustomAttributes<ValidationAttribute>().Select(rule => rule.ErrorMessage).Append(property.GetCustomAttribute<DisplayAttribute>()?.Name)
        where text is not null
        select text;

    private static Dictionary<string, string> TranslationsOf(string language)
    {
        var resources = new ResourceManager(typeof(Words)).GetResourceSet(CultureInfo.GetCultureInfo(language), createIfNotExists: true, tryParents: false);
        return resources!.Cast<System.Collections.DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
    }

    private static HashSet<string> Placeholders(string sentence) => [.. Placeholder.Matches(sentence).Select(match => match.Value)];

    private static IEnumerable<string> MailPlaceholders(TemplateText mail) => MailPlaceholder.Matches($"{mail.Subject}\n{mail.Body}").Select(match => match.Value).Distinct();

    private static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));

    private static bool IsSource(string file) =>
        file.EndsWith(".razor", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal)
        ? !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
            && (file.StartsWith(Path.Combine(Root, "UserAdmin.Web"), StringComparison.Ordinal) || file.StartsWith(Path.Combine(Root, "UserAdmin.Core"), StringComparison.Ordinal))
        : false;

    [GeneratedRegex("""(?:\bT|Words\.In)\(\s*(?:[\w.]+,\s*)?"(?<text>(?:[^"\\]|\\.)*)"[,)]""")]
    private static partial Regex Translated { get; }

    [GeneratedRegex("""(?:otices\.Send(?:To)?Async|hanges\.ChangeAsync)\([^"]*"(?<text>(?:[^"\\]|\\.)*)",""")]
    private static partial Regex Told { get; }

    [GeneratedRegex("""\("/[^"]*", (?:"[a-z-]+", )?"(?<text>[^"]*)"[,)]""")]
    private static partial Regex Titled { get; }

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Placeholder { get; }

    [GeneratedRegex(@"\{\{\w+\}\}")]
    private static partial Regex MailPlaceholder { get; }
}
