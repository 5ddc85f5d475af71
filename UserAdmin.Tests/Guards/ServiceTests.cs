using System.Text.RegularExpressions;

namespace UserAdmin.Tests.Guards;

/// <summary>Deny by default is a habit of the services: one that takes an actor looks at what they may do, or says here why it needn't.</summary>
public partial class ServiceTests
{
    // They are called by services that have asked already, inside the same transaction; or what they do is everybody's own.
    private static readonly Dictionary<string, string> AskedBefore = new()
    {
        ["AccessPassService.TakeAsync"] = "a step of signing in: the pass is what is asked for",
        ["AuditDenials.DenyAsync"] = "records a refusal",
        ["AuditDenials.RecordAsync"] = "records a refusal",
        ["DisplayService.ChangeAsync"] = "one's own display, through PreferenceService",
        ["DisplayService.FindAsync"] = "one's own display, through PreferenceService",
        ["ExportService.SendAsync"] = "writes what BeginAsync has opened for the actor",
        ["Notices.SendAsync"] = "part of the change it tells of",
        ["Notices.SendToAsync"] = "part of the change it tells of",
        ["RolePermissions.SaveAsync"] = "RoleService.ChangeAsync asks, for every change of a role",
        ["TwoFactorMail.RemindAsync"] = "part of the change it tells of",
        ["TwoFactorMail.RequireAsync"] = "part of the change it tells of",
    };

    [Fact]
    public void E01_Every_service_that_takes_an_actor_looks_at_what_they_may_do()
    {
        var methods = Directory.EnumerateFiles(Path.Combine(Root, "UserAdmin.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => MethodsOf(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file))).ToList();

        var blind = methods.Where(method => method.IsPublic && !Looks(method, methods, [])).Select(method => method.Name).Distinct().Order(StringComparer.Ordinal);

        Assert.True(methods.Count(method => method.IsPublic) > 100);
        Assert.Equal(string.Join("\n", AskedBefore.Keys.Order(StringComparer.Ordinal)), string.Join("\n", blind));
    }

    private sealed record Method(string File, string Name, bool IsPublic, string Body);

    private static bool Looks(Method method, List<Method> all, HashSet<Method> seen) =>
        Question.IsMatch(method.Body)
        || (seen.Add(method) && Call.Matches(method.Body).Select(call => call.Groups["name"].Value)
            .Any(name => all.Where(other => other.File == method.File && other.Name.EndsWith($".{name}", StringComparison.Ordinal) && other.Body != method.Body).Any(other => Looks(other, all, seen))));

    private static IEnumerable<Method> MethodsOf(string file, string source) =>
        from Match head in Head.Matches(source)
        select new Method(file, $"{file}.{head.Groups["name"].Value}", head.Groups["access"].Value == "public", BodyAt(source, head.Index + head.Length));

    // From the end of the parameters to the closing brace, or to the semicolon of an expression.
    private static string BodyAt(string source, int start)
    {
        var depth = 0;
        for (var i = start; i < source.Length; i++)
            switch (source[i])
            {
                case '{' or '(' or '[':
                    depth++;
                    break;
                case ')' or ']':
                    depth--;
                    break;
                case '}' when --depth == 0 && source[start..i].TrimStart()[0] == '{':
                case ';' when depth == 0:
                    return source[start..i];
            }
        return source[start..];
    }

    private static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));

    [GeneratedRegex(@"^ {4,8}(?<access>public|internal|private)(?: static)?(?: async)? Task(?:<[^\n]*?>)? (?<name>\w+)\((?:[^()]|\([^()]*\))*\bActor actor\b(?:[^()]|\([^()]*\))*\)", RegexOptions.Multiline)]
    private static partial Regex Head { get; }

    [GeneratedRegex(@"\bactor\.(?:Can|CanIn|CanSomewhere|UserId|SessionId|Access)\b|RefuseAsync\(|RefuseManyAsync\(|\b(?:VisibleTo|Within|ReachesAsync)\(actor|DenyAsync\(actor|hanges\.ChangeAsync\(actor")]
    private static partial Regex Question { get; }

    [GeneratedRegex(@"\b(?<name>\w+)\((?=[^;]*?\bactor\b)")]
    private static partial Regex Call { get; }
}
