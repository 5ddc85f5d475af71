using UserAdmin.Core.Audit;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Web.Audit;

/// <summary>An event as a sentence in the reader's language, and its fields as words.</summary>
internal static class AuditSentence
{
    public static string Of(AuditRow row) =>
        T(AuditAction.Find(row.Action)?.Sentence ?? "{0}: {2}", row.ImpersonatorName is { } impersonator ? T("{0} as {1}", impersonator, row.ActorName) : row.ActorName.Length == 0 ? T("somebody") : row.ActorKind == Core.Common.ActorKind.User ? row.ActorName : T(row.ActorName), row.TargetName ?? T("somebody"), row.Action);

    public static string NameOf(string field) =>
        T(string.Concat(field.Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString())));
}
