using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Seeding;

/// <summary>Fills the tenant's database with believable people and their history, for trying things out.</summary>
public sealed class DemoData(UserAdminDbContext db, ILookupNormalizer normalizer, TimeProvider clock)
{
    private static readonly Problem NobodyThere = new(ProblemKind.Invalid, "seed.nobody", "Add one user at least: events need people to happen to.");

    /// <summary>
    /// Adds people, their organizations (one for a hundred people unless said otherwise) and events of the past two years, all or nothing, and reports every
    /// few seconds. Other writers wait meanwhile.
    /// </summary>
    public async Task<Result> AddAsync(int users, int events, Action<string> report, CancellationToken cancel, int? organizations = null)
    {
        if (users < 1 || events < 0)
            return NobodyThere;

        var wanted = organizations ?? Math.Clamp(users / 100, 1, 10_000);
        var added = string.Create(CultureInfo.InvariantCulture, $"Added {users:N0} users, {wanted:N0} organizations and {events:N0} events");
        var progress = new SeedProgress(report, clock);
        await using var load = BulkLoad.Into(db, progress);
        await load.OpenAsync(cancel);
        var result = await db.WriteAsync(async () =>
        {
            await load.SetAsideAsync(users, events, cancel);
            await InsertAsync(load, users, events, wanted, progress, cancel);
            await load.PutBackAsync(cancel);
            progress.Say($"Everything is written; now it is saved.");
            db.Record(AuditAction.DataSeeded, Actor.System, null, clock.GetUtcNow(), reason: added);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        await load.AnalyzeAsync(cancel);
        report($"{added}.");
        return result;
    }

    private async Task InsertAsync(BulkLoad load, int users, int events, int organizations, SeedProgress progress, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var logins = await FreeLogins.ReadAsync(db, cancel);
        var rhythm = new Rhythm(now.AddYears(-2), now);

        // The same for an equal database, so that a seed can be repeated; different for the next seed into this one.
        var random = new Random(logins.Count);

        var people = new DemoPeople(users, rhythm, logins, normalizer, random);
        await load.InsertAsync(progress.Follow(people.Make(), users, "users", cancel), cancel);

        await InsertOrganizationsAsync(load, new(organizations, await db.Organizations.Where(o => o.ParentId == null).Select(o => o.NormalizedName).ToListAsync(cancel), now, random), people.Made, progress, cancel);

        var sessions = DemoSessions.Make(people.Made, now, random).ToDictionary(session => session.UserId);
        await load.InsertAsync(sessions.Values, cancel);

        var history = new DemoHistory(people.Made, sessions, rhythm, random);
        var recorder = new DemoEvents(people.Made, rhythm, random);
        var key = db.GetService<MasterKey>().AuditKey;
        await load.InsertAsync(progress.Follow(history.Make(events).Select(moment => recorder.Record(moment).Stamp(key)), events, "events", cancel), cancel);
    }

    private async Task InsertOrganizationsAsync(BulkLoad load, DemoOrganizations organizations, IReadOnlyList<DemoPerson> people, SeedProgress progress, CancellationToken cancel)
    {
        await load.InsertAsync(organizations.Make(), cancel);
        await load.InsertAsync(organizations.Paths(), cancel);
        var members = organizations.Members(people).ToList();
        await load.InsertAsync(progress.Follow(members, members.Count, "memberships", cancel), cancel);
        var teams = organizations.Teams(members).ToList();
        await load.InsertAsync(teams.Select(one => one.Team), cancel);
        await load.InsertAsync(teams.SelectMany(one => one.Members), cancel);
        // Servers that run keep the tree in memory.
        await db.ChangeStampAsync(ChangeStamp.Access, cancel);
    }
}
