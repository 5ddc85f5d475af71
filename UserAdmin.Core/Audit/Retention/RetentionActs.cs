namespace UserAdmin.Core.Audit.Retention;

/// <summary>The events that tell of what was removed or blanked, and of keys that nobody vouches for. The log is proven with them, so they are never removed themselves.</summary>
public static class RetentionActs
{
    public static IReadOnlyList<string> Codes { get; } =
        [AuditAction.AuditEmptied.Code, AuditAction.AuditPruned.Code, AuditAction.AuditPersonErased.Code, AuditAction.AuditActorsErased.Code, AuditAction.AuditKeyBegunAnew.Code];
}
