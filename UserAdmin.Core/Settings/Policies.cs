using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Configuration;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Backups;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Dormancy;
using UserAdmin.Core.Exports;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Tokens;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Core.Settings;

/// <summary>A policy that has to know since when it says what it says; it is asked before it is saved.</summary>
public interface IStartsSometime<in TPolicy>
{
    void StartFrom(TPolicy before, DateTimeOffset now);
}

/// <summary>Who may change a policy, when it isn't <see cref="Permission.SettingsEdit"/>, and which stamp tells servers that keep more in memory than the policy.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PolicyAttribute(Permission editedWith, string? stamp = null) : Attribute
{
    public Permission EditedWith { get; } = editedWith;
    public string? Stamp { get; } = stamp;
}

/// <summary>
/// The rules that administrators change while the portal runs. A policy is a class with a parameterless constructor whose annotations say
/// what its values may be. Its defaults come from the configuration, section <c>UserAdmin:Policies:NAME</c>. Servers see a change within five seconds.
/// </summary>
public sealed class Policies(UserAdminDbContext db, CurrentTenant tenant, IMemoryCache cache, IConfiguration configuration, TimeProvider clock)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private static readonly Problem Changed = new(ProblemKind.Conflict, "policy.changed", "Somebody else changed these settings meanwhile. They are shown anew; make your change again.");

    /// <summary>Every policy there is.</summary>
    public static IReadOnlyList<Type> Types { get; } = [typeof(RegistrationPolicy), typeof(PasswordRules), typeof(SecondFactorPolicy), typeof(SessionPolicy), typeof(Features), typeof(Brand), typeof(AccessRequestPolicy), typeof(MessagePolicy), typeof(BackupPolicy), typeof(DormancyPolicy), typeof(DailyReportPolicy), typeof(ExportPolicy),
        typeof(TokenPolicy), typeof(CompliancePolicy), typeof(AuditRetentionPolicy), typeof(ReportPolicy)];

    public async Task<TPolicy> GetAsync<TPolicy>(CancellationToken cancel) where TPolicy : class, new() => (await GetWithStampAsync<TPolicy>(cancel)).Policy;

    /// <summary>The policy and the stamp that saving it must give back.</summary>
    public async Task<(TPolicy Policy, string Stamp)> GetWithStampAsync<TPolicy>(CancellationToken cancel) where TPolicy : class, new()
    {
        var kept = await cache.GetOrCreateAsync(KeyOf<TPolicy>(), async entry =>
        {
            entry.AbsoluteExpirationRelativeToNow = Freshness;
            var name = typeof(TPolicy).Name;
            var stored = await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Name == name, cancel);
            return stored is null ? ("", "") : (stored.Json, stored.Stamp);
        });
        return (Read<TPolicy>(kept.Item1), kept.Item2);
    }

    /// <summary>What holds while nobody has changed it.</summary>
    public TPolicy Default<TPolicy>() where TPolicy : class, new() => Configured<TPolicy>(configuration);

    /// <summary>Saves the whole policy. Problems: not allowed, values that its annotations refuse (with the field), changed by somebody else since <paramref name="stamp"/>.</summary>
    public async Task<Result> SaveAsync<TPolicy>(TPolicy policy, string stamp, Actor actor, CancellationToken cancel, string? reason = null) where TPolicy : class, new()
    {
        var rule = typeof(TPolicy).GetCustomAttribute<PolicyAttribute>();
        var needed = rule?.EditedWith ?? Permission.SettingsEdit;
        if (!actor.Can(needed))
            return await db.DenyAsync(actor, needed, null, clock, cancel);
        var now = clock.GetUtcNow();
        if (actor.NeedsStepUpAt(now))
            return StepUp.Needed;
        var refused = new List<ValidationResult>();
        if (!Validator.TryValidateObject(policy, new(policy), refused, validateAllProperties: true))
            return new Problem(ProblemKind.Invalid, "policy.invalid", refused[0].ErrorMessage!, refused[0].MemberNames.FirstOrDefault());

        var name = typeof(TPolicy).Name;
        var result = await db.WriteAsync(async () =>
        {
            var stored = await db.Policies.SingleOrDefaultAsync(p => p.Name == name, cancel);
            if ((stored?.Stamp ?? "") != stamp)
                return Changed;
            var before = Read<TPolicy>(stored?.Json ?? "");
            (policy as IStartsSometime<TPolicy>)?.StartFrom(before, now);
            var changes = Differences(before, policy);
            if (changes.Count == 0)
                return Result.Ok;
            if (stored is null)
                db.Policies.Add(stored = new() { Name = name, Json = "" });
            (stored.Json, stored.UpdatedAt, stored.Stamp) = (JsonSerializer.Serialize(policy, Json), now, Guid.NewGuid().ToString("N"));
            db.Record(AuditAction.SettingsChanged, actor, new(null, name), now, changes, reason);
            await db.SaveChangesAsync(cancel);
            if (rule?.Stamp is { } changed)
                await db.ChangeStampAsync(changed, cancel);
            return Result.Ok;
        }, cancel);
        cache.Remove(KeyOf<TPolicy>());
        return result;
    }

    private (string, string, string) KeyOf<TPolicy>() => ("policy", tenant.Tenant.Name, typeof(TPolicy).Name);

    private TPolicy Read<TPolicy>(string json) where TPolicy : class, new() => Read<TPolicy>(json, configuration);

    internal static TPolicy Read<TPolicy>(string json, IConfiguration configuration) where TPolicy : class, new() =>
        json.Length > 0 ? JsonSerializer.Deserialize<TPolicy>(json, Json)! : Configured<TPolicy>(configuration);

    /// <summary>The defaults with what the configuration says.</summary>
    internal static TPolicy Configured<TPolicy>(IConfiguration configuration) where TPolicy : class, new()
    {
        var policy = new TPolicy();
        configuration.GetSection($"UserAdmin:Policies:{typeof(TPolicy).Name}").Bind(policy);
        return policy;
    }

    private static List<FieldChange> Differences<TPolicy>(TPolicy before, TPolicy after) =>
        [.. from property in typeof(TPolicy).GetProperties()
            where property.CanWrite
            let change = new FieldChange(property.Name, AsText(property.GetValue(before)), AsText(property.GetValue(after)))
            where change.Before != change.After
            select change];

    private static string? AsText(object? value) => value is bool flag ? flag ? "yes" : "no" : Convert.ToString(value, CultureInfo.InvariantCulture);
}
