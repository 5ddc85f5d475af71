using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Seeding;

/// <summary>Fills the tenant's database with believable people and their history, for trying things out.</summary>
public sealed class DemoData(UserAdminDbContext db, ILookupNormalizer normalizer, TimeProvider clock)
{
    private static readonly Problem NobodyThere = new(ProblemKind.Invalid, "seed.nobody", "Add one user at least: events need people to happen to.");

    /// <summary>Adds people and events of the past two years, all or nothing, and reports every few seconds. Other writers wait meanwhile.</summary>
    public async Task<Result> AddAsync(int users, int events, Action<string> report, CancellationToken cancel)
    {
        if (users < 1 || events < 0)
            return NobodyThere;

        var added = string.Create(CultureInfo.InvariantCulture, $"Added {users:N0} users and {events:N0} events");
        var progress = new SeedProgress(report, clock);
        await using var load = BulkLoad.Into(db, progress);
        await load.OpenAsync(cancel);
        var result = await db.WriteAsync(async () =>
        {
            await load.SetAsideAsync(users, events, cancel);
            await InsertAsync(load, users, events, progress, cancel);
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

    private async Task InsertAsync(BulkLoad load, int users, int events, SeedProgress progress, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var logins = await FreeLogins.ReadAsync(db, cancel);
        var rhythm = new Rhythm(now.AddYears(-2), now);

        // The same for an equal database, so that a seed can be repeated; different for the next seed into this one.
        var random = new Random(logins.Count);

        var people = new DemoPeople(users, rhythm, logins, normalizer, random);
        await load.InsertAsync(progress.Follow(people.Make(), users, "users", cancel), cancel);

        var sessions = DemoSessions.Make(people.Made, now, random).ToDictionary(session => session.UserId);
        await load.InsertAsync(sessions.Values, cancel);

        var history = new DemoHistory(people.Made, sessions, rhythm, random);
        var recorder = new DemoEvents(people.Made, rhythm, random);
        await load.InsertAsync(progress.Follow(history.Make(events).Select(recorder.Record), events, "events", cancel), cancel);
    }
}
