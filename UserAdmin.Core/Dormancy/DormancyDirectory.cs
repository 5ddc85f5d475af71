using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Dormancy;

public sealed record DormantRow(Guid Id, string FullName, string Email, DateTimeOffset? LastSignInAt);

/// <summary>What the next run would do to how many, and the first of them.</summary>
public sealed record DormancyStep(string Title, int Count, IReadOnlyList<DormantRow> First);

public sealed record ExemptionRow(Guid UserId, string FullName, string Reason, DateTimeOffset? Until);

public sealed record DormancyPreview(bool IsOn, IReadOnlyList<DormancyStep> Steps, IReadOnlyList<ExemptionRow> Exemptions);

/// <summary>Shows what the rule about dormant accounts would do, and keeps whom it leaves alone.</summary>
public sealed class DormancyDirectory(UserAdminDbContext db, Policies policies, TimeProvider clock)
{
    private const int Shown = 10, ExemptionsShown = 500, AtOnce = 500;

    /// <summary>As the rule is saved, as if it were on; nobody without <see cref="Permission.SettingsView"/>, and names only to those who see all people.</summary>
    public async Task<DormancyPreview> PreviewAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.SettingsView))
            return new(false, [], []);
        var policy = await policies.GetAsync<DormancyPolicy>(cancel);
        var ask = new DormancyQueries(db, policy, clock.GetUtcNow());
        var seesPeople = actor.Can(Permission.UsersView);
        var exemptions = !seesPeople ? [] : await (from exemption in db.DormancyExemptions
                                                   join user in db.Users on exemption.UserId equals user.Id
                                                   orderby user.SortName, user.Id
                                                   select new ExemptionRow(user.Id, (user.FirstName + " " + user.LastName).Trim(), exemption.Reason, exemption.Until)).Take(ExemptionsShown).ToListAsync(cancel);
        return new(policy.IsOn,
            await StepsAsync(ask, seesPeople, cancel), exemptions);
    }

    /// <summary>Everybody of the preview, one step after the other; nobody for those who may not see the rule and all people.</summary>
    public async Task<Page<(string Step, DormantRow Person)>> ReadAsync(PageStart start, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.SettingsView) || !actor.Can(Permission.UsersView))
            return new([], null, null);
        var steps = StepsOf(new(db, await policies.GetAsync<DormancyPolicy>(cancel), clock.GetUtcNow()));
        var (step, last) = start.After?.Split(' ') is [var number, var id] && int.TryParse(number, CultureInfo.InvariantCulture, out var known) && known >= 0 && known < steps.Length && Guid.TryParse(id, out var after) ? (known, after) : (0, Guid.Empty);
        var found = await RowsOf(steps[step].People.Where(u => u.Id > last).OrderBy(u => u.Id).Take(AtOnce)).ToListAsync(cancel);
        var next = found.Count == AtOnce ? $"{step} {found[^1].Id}" : step + 1 < steps.Length ? $"{step + 1} {Guid.Empty}" : null;
        return new(found.ConvertAll(row => (steps[step].Title, row)), null, next);
    }

    /// <summary>Problems: not allowed, no such person, no reason, an end that is over.</summary>
    public async Task<Result> ExemptAsync(Guid userId, string reason, DateTimeOffset? until, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.SettingsEdit))
            return await db.DenyAsync(actor, Permission.SettingsEdit, userId, clock, cancel);
        var now = clock.GetUtcNow();
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        if (until <= now)
            return new Problem(ProblemKind.Invalid, "dormancy.over", "Choose an end that is not over yet.");
        return await db.WriteAsync(async () =>
        {
            if (await db.Users.VisibleTo(actor, db).Existing().SingleOrDefaultAsync(u => u.Id == userId, cancel) is not { } user)
                return UserProblems.NotFound;
            var exemption = await db.DormancyExemptions.SingleOrDefaultAsync(e => e.UserId == userId, cancel);
            if (exemption is null)
                db.DormancyExemptions.Add(exemption = new() { UserId = userId, Reason = "", CreatedAt = now });
            (exemption.Reason, exemption.Until, exemption.ByUserId) = (Text.Squeeze(reason), until?.ToUniversalTime(), actor.UserId);
            db.Record(AuditAction.DormancyExempted, actor, user, now, until is { } end ? [new("Until", null, end.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture))] : [], Text.Squeeze(reason));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    public async Task<Result> EndExemptionAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.SettingsEdit))
            return await db.DenyAsync(actor, Permission.SettingsEdit, userId, clock, cancel);
        return await db.WriteAsync(async () =>
        {
            if (await db.DormancyExemptions.Where(e => e.UserId == userId).ExecuteDeleteAsync(cancel) == 1 && await db.Users.SingleOrDefaultAsync(u => u.Id == userId, cancel) is { } user)
                db.Record(AuditAction.DormancyExemptionEnded, actor, user, clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private static (string Title, IQueryable<User> People)[] StepsOf(DormancyQueries ask) => [("Would be warned", ask.ToWarn()), ("Would be deactivated", ask.ToDeactivate()), ("Would be deleted", ask.ToDelete())];

    private static async Task<IReadOnlyList<DormancyStep>> StepsAsync(DormancyQueries ask, bool seesPeople, CancellationToken cancel)
    {
        var steps = new List<DormancyStep>();
        foreach (var (title, people) in StepsOf(ask))
            steps.Add(new(title, await people.CountAsync(cancel), seesPeople ? await RowsOf(people.Take(Shown)).ToListAsync(cancel) : []));
        return steps;
    }

    private static IQueryable<DormantRow> RowsOf(IQueryable<User> people) =>
        people.Select(u => new DormantRow(u.Id, (u.FirstName + " " + u.LastName).Trim(), u.Email!, u.LastSignInAt > User.Never ? u.LastSignInAt : null));
}
