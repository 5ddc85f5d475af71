using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Audit.Retention;

/// <summary>What there is to erase: events the person did, and events about them.</summary>
public sealed record ErasureForecast(Guid PersonId, string? Name, long Did, long About, bool IsUnderWay)
{
    public bool IsNothing => Did + About == 0;
}

/// <summary>
/// Erases a person from the audit log: names, addresses, reasons and changes go together with the salts without which their commitments tell nothing. The events keep their places, times and
/// kinds. Names that stand in the text of events about something else aren't found.
/// </summary>
public sealed class AuditErasure(UserAdminDbContext db, AuditSealer sealer, TimeProvider clock)
{
    private const string Pending = "erase ";
    private const int RowsAtOnce = 1_000;

    private static readonly Problem StillThere = new(ProblemKind.Conflict, "audit.person_active", "This person has an account that is not deleted. Delete it first; then their data can be erased from the audit log.");
    private static readonly Problem Nobody = new(ProblemKind.NotFound, "audit.nothing_to_erase", "The audit log has nothing that names somebody with this identifier.");

    public async Task<Result<ErasureForecast>> LookAsync(Guid personId, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditManage))
            return await db.DenyAsync(actor, Permission.AuditManage, personId, clock, cancel);
        if (await RefuseAsync(personId, cancel) is { } refused)
            return refused;
        var name = await db.AuditEvents.Where(e => e.TargetId == personId && e.TargetName != null && e.TargetName != "").OrderByDescending(e => e.UtcMicroseconds).Select(e => e.TargetName).FirstOrDefaultAsync(cancel)
            ?? await db.AuditEvents.Where(e => e.ActorId == personId && e.ActorName != "").OrderByDescending(e => e.UtcMicroseconds).Select(e => e.ActorName).FirstOrDefaultAsync(cancel);
        var (did, acted, about) = (await db.AuditEvents.Where(Did(personId)).LongCountAsync(cancel), await db.AuditEvents.Where(DidAs(personId)).LongCountAsync(cancel), await db.AuditEvents.Where(About(personId)).LongCountAsync(cancel));
        return new ErasureForecast(personId, name, did + acted, about, await db.AuditFacts.AnyAsync(f => f.Name == NameOf(personId), cancel));
    }

    /// <summary>
    /// Records the erasure and begins with it; what isn't done when this is interrupted is done by the job. Problems: not allowed, a fresh sign-in is needed, the reason, an account that
    /// isn't deleted, nothing to erase.
    /// </summary>
    public async Task<Result> EraseAsync(Guid personId, string reason, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditManage))
            return await db.DenyAsync(actor, Permission.AuditManage, personId, clock, cancel);
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        var found = await LookAsync(personId, actor, cancel);
        if (!found.Succeeded)
            return found.Problem;
        if (found.Value.IsNothing)
            return Nobody;
        var result = await db.WriteAsync(async () =>
        {
            if (await RefuseAsync(personId, cancel) is { } refused)
                return refused;
            if (!await db.AuditFacts.AnyAsync(f => f.Name == NameOf(personId), cancel))
                db.AuditFacts.Add(new() { Name = NameOf(personId), Value = personId.ToString() });
            // No name: this event stays when all others about the person are blank.
            db.Record(AuditAction.AuditPersonErased, actor, new(personId, ""), clock.GetUtcNow(),
                [new("Events they did", null, Text(found.Value.Did)), new("Events about them", null, Text(found.Value.About))], Common.Text.Squeeze(reason));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (!result.Succeeded)
            return result;
        db.ChangeTracker.Clear();
        await WorkAsync(cancel);
        return Result.Ok;
    }

    /// <summary>Goes on with erasures that were interrupted.</summary>
    public async Task RunAsync(JobLog log, CancellationToken cancel)
    {
        var events = await WorkAsync(cancel);
        if (events > 0)
            log.Conclude(string.Create(CultureInfo.InvariantCulture, $"Personal data was erased from {events:N0} events."));
    }

    internal static Task<int> EraseActorsAsync(IQueryable<AuditEvent> events, CancellationToken cancel) => events.ExecuteUpdateAsync(set => set
        .SetProperty(e => e.ActorName, "").SetProperty(e => e.ImpersonatorName, (string?)null).SetProperty(e => e.Address, (string?)null).SetProperty(e => e.ActorSalt, (byte[]?)null), cancel);

    private static Task<int> EraseTargetsAsync(IQueryable<AuditEvent> events, CancellationToken cancel) => events.ExecuteUpdateAsync(set => set
        .SetProperty(e => e.TargetName, (string?)null).SetProperty(e => e.Reason, (string?)null).SetProperty(e => e.Changes, (string?)null).SetProperty(e => e.TargetSalt, (byte[]?)null), cancel);

    private async Task<long> WorkAsync(CancellationToken cancel)
    {
        var pending = await db.AuditFacts.AsNoTracking().Where(f => f.Name.StartsWith(Pending)).ToListAsync(cancel);
        if (pending.Count == 0)
            return 0;
        // What tells of the erasure is sealed first; also events from before there were seals get what can be erased.
        var sealing = await sealer.SealAsync(cancel);
        if (!sealing.Succeeded)
            throw new InvalidOperationException(sealing.Problem.Message);
        var events = 0L;
        foreach (var fact in pending)
        {
            var id = Guid.Parse(fact.Value);
            events += await AllAsync(Did(id), EraseActorsAsync, cancel);
            events += await AllAsync(DidAs(id), EraseActorsAsync, cancel);
            events += await AllAsync(About(id), EraseTargetsAsync, cancel);
            await db.AuditFacts.Where(f => f.Name == fact.Name).ExecuteDeleteAsync(cancel);
        }
        return events;
    }

    private async Task<long> AllAsync(Expression<Func<AuditEvent, bool>> which, Func<IQueryable<AuditEvent>, CancellationToken, Task<int>> erase, CancellationToken cancel)
    {
        for (var total = 0L; ;)
        {
            var ids = await db.AuditEvents.Where(which).Where(e => e.Seq != null).Select(e => e.Id).Take(RowsAtOnce).ToListAsync(cancel);
            if (ids.Count == 0)
                return total;
            await db.WriteAsync(async () =>
            {
                total += await erase(db.AuditEvents.Where(e => ids.Contains(e.Id)), cancel);
                return Result.Ok;
            }, cancel);
        }
    }

    private async Task<Problem?> RefuseAsync(Guid personId, CancellationToken cancel) =>
        await db.Users.AnyAsync(u => u.Id == personId && u.DeletedAt == null, cancel) ? StillThere : null;

    private static Expression<Func<AuditEvent, bool>> Did(Guid id) => e => e.ActorId == id && e.ActorSalt != null;

    private static Expression<Func<AuditEvent, bool>> DidAs(Guid id) => e => e.ImpersonatorId == id && e.ActorSalt != null;

    private static Expression<Func<AuditEvent, bool>> About(Guid id)
    {
        var kept = RetentionActs.Codes;
        return e => e.TargetId == id && e.TargetSalt != null && !kept.Contains(e.Action);
    }

    private static string NameOf(Guid id) => $"{Pending}{id:N}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
