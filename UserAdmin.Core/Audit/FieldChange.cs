using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace UserAdmin.Core.Audit;

/// <summary>One value before and after a change, as text.</summary>
public sealed record FieldChange(string Field, string? Before, string? After)
{
    internal const string Masked = "••••••";

    // The one place that knows which values never reach the audit log.
    private static readonly HashSet<string> Secrets = ["PasswordHash", "KeyHash", "Hash", "ProtectedSeed", "CodeHash", "SignalHash", "Content"];
    private static readonly HashSet<string> Bookkeeping =
        ["Id", "SecurityStamp", "ConcurrencyStamp", "NormalizedUserName", "NormalizedEmail", "NormalizedName", "ParentId", "OrganizationId", "SortName", "SearchText",
         "CreatedAt", "UpdatedAt", "LastSignInAt", "PasswordChangedAt", "AccessFailedCount", "LockoutEnabled", "LockoutEnd", "StatusReason"];

    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What saving this entity would change; of a new or removed one, every value it has.</summary>
    public static IReadOnlyList<FieldChange> Of(EntityEntry entry)
    {
        var changes = new List<FieldChange>();
        foreach (var property in entry.Properties)
        {
            var name = property.Metadata.Name;
            if (Bookkeeping.Contains(name) || (entry.State == EntityState.Modified && !property.IsModified))
                continue;

            var before = entry.State == EntityState.Added ? null : AsText(property.OriginalValue);
            var after = entry.State == EntityState.Deleted ? null : AsText(property.CurrentValue);
            if (before == after || IsOff(entry.State, before ?? after))
                continue;
            changes.Add(Secrets.Contains(name)
                ? new(name, before is null ? null : Masked, after is null ? null : Masked)
                : new(name, before, after));
        }
        return changes;
    }

    public static string? ToJson(IReadOnlyCollection<FieldChange> changes) =>
        changes.Count == 0 ? null : JsonSerializer.Serialize(changes, Json);

    public static IReadOnlyList<FieldChange> FromJson(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<List<FieldChange>>(json, Json) ?? [];

    // A new row's flags that are off say nothing.
    private static bool IsOff(EntityState state, string? value) => state != EntityState.Modified && value is null or "no";

    internal static string? AsText(object? value) => value switch
    {
        null => null,
        "" => null,
        bool flag => flag ? "yes" : "no",
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        byte[] => Masked,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
