using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>Sends what is sealed to other systems, to all of them at once, so that a slow one keeps nobody waiting.</summary>
public sealed class AuditForwarding(UserAdminDbContext db, CurrentTenant tenant, IServiceScopeFactory scopes, TimeProvider clock)
{
    public async Task SendDueAsync(JobLog log, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var due = await db.AuditForwarders.AsNoTracking().Where(f => f.IsActive && f.NextAttemptAt <= now && (f.HeldUntil == null || f.HeldUntil <= now)).OrderBy(f => f.Id).Select(f => f.Id).ToListAsync(cancel);
        var turns = await Task.WhenAll(due.Select(id => TakeTurnAsync(id, cancel)));
        var busy = turns.OfType<ForwardingReport>().Where(turn => turn.Problem is not null || turn.Sent > 0).ToList();
        // A minute in which there was nothing to send leaves nothing behind.
        if (busy.Count == 0)
            return;
        foreach (var turn in busy)
            log.Say(turn.Problem is null ? $"{turn.Name}: {turn.Sent} events." : $"{turn.Name}: {turn.Sent} events, then: {turn.Problem}");
        log.Conclude(string.Create(CultureInfo.InvariantCulture, $"{busy.Sum(turn => turn.Sent):N0} events were sent to {busy.Count(turn => turn.Sent > 0)} systems{(busy.Any(turn => turn.Problem is not null) ? $"; {busy.Count(turn => turn.Problem is not null)} could not be reached or refused" : "")}."));
    }

    private async Task<ForwardingReport?> TakeTurnAsync(Guid id, CancellationToken cancel)
    {
        await using var scope = scopes.CreateFor(tenant.Tenant);
        return await scope.ServiceProvider.GetRequiredService<ForwardingTurn>().TakeAsync(id, cancel);
    }
}

internal sealed record ForwardingReport(string Name, int Sent, string? Problem);

/// <summary>
/// One forwarder's turn. A server holds it while it sends; the place behind a batch is kept when the other side has taken it. Should the server die in between, another sends that
/// batch again, and none is left out.
/// </summary>
internal sealed class ForwardingTurn(
    UserAdminDbContext db, CurrentTenant tenant, ForwarderSecrets secrets, EventReceivers receivers, PermissionHolders holders, AccessCatalogue catalogue, Outbox outbox, PublicAddress address, TimeProvider clock)
{
    /// <summary>After so many failures in a row people are told.</summary>
    public const int ToldAfter = 5;

    private const int ToldAtMost = 10;

    // A batch takes a minute at most (ForwardingSettings), so nobody else takes the forwarder meanwhile.
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(3), TurnLimit = TimeSpan.FromSeconds(50), LongestPause = TimeSpan.FromHours(1);

    private static readonly int[] Pauses = [1, 2, 5, 15, 30, 60];

    private DateTimeOffset heldUntil;

    /// <summary>Null when somebody else has it, or it is paused.</summary>
    public async Task<ForwardingReport?> TakeAsync(Guid id, CancellationToken cancel)
    {
        var began = clock.GetUtcNow();
        if (!await HoldAsync(id, f => f.IsActive && f.NextAttemptAt <= began && (f.HeldUntil == null || f.HeldUntil <= began), cancel))
            return null;
        var forwarder = await db.AuditForwarders.AsNoTracking().SingleAsync(f => f.Id == id, cancel);
        var sent = 0;
        try
        {
            var to = new Destination(forwarder.Address, secrets.Read(forwarder.Secret), tenant.Tenant.Name);
            foreach (var stream in Enum.GetValues<AuditStream>())
                while (clock.GetUtcNow() - began < TurnLimit && await NextAsync(forwarder, stream, cancel) is { Count: > 0 } batch)
                {
                    if (!await HoldAsync(id, IsOurs(id, heldUntil), cancel))
                        return new(forwarder.Name, sent, null);
                    var handed = await receivers.SendAsync(forwarder.Kind, to, batch, cancel);
                    if (handed.Problem is not null)
                    {
                        await FailAsync(forwarder, handed, cancel);
                        return new(forwarder.Name, sent, handed.Problem);
                    }
                    await MoveAsync(forwarder, stream, batch[^1].Seq!.Value, handed.Note, cancel);
                    sent += batch.Count;
                }
            return new(forwarder.Name, sent, null);
        }
        catch (CryptographicException)
        {
            var unreadable = new Handed("Its secret can't be decrypted: the key it was encrypted with is missing. Enter it again.");
            await FailAsync(forwarder, unreadable, cancel);
            return new(forwarder.Name, sent, unreadable.Problem);
        }
        finally
        {
            await WriteAsync(() => db.AuditForwarders.Where(IsOurs(id, heldUntil)).ExecuteUpdateAsync(row => row.SetProperty(f => f.HeldUntil, (DateTimeOffset?)null), CancellationToken.None), CancellationToken.None);
        }
    }

    private async Task<List<AuditEvent>> NextAsync(AuditForwarder forwarder, AuditStream stream, CancellationToken cancel)
    {
        var sent = await db.AuditForwarderPositions.Where(p => p.ForwarderId == forwarder.Id && p.Stream == stream).Select(p => p.Seq).SingleAsync(cancel);
        return await db.AuditEvents.AsNoTracking().Where(e => e.Stream == stream && e.Seq > sent).OrderBy(e => e.Seq).Take(receivers.BatchSizeOf(forwarder.Kind)).ToListAsync(cancel);
    }

    private static System.Linq.Expressions.Expression<Func<AuditForwarder, bool>> IsOurs(Guid id, DateTimeOffset until) => f => f.Id == id && f.IsActive && f.HeldUntil == until;

    private async Task<bool> HoldAsync(Guid id, System.Linq.Expressions.Expression<Func<AuditForwarder, bool>> when, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + Hold;
        var taken = 0;
        await WriteAsync(async () => taken = await db.AuditForwarders.Where(f => f.Id == id).Where(when).ExecuteUpdateAsync(row => row.SetProperty(f => f.HeldUntil, until), cancel), cancel);
        if (taken == 1)
            heldUntil = until;
        return taken == 1;
    }

    private Task<Result> MoveAsync(AuditForwarder forwarder, AuditStream stream, long seq, string? note, CancellationToken cancel) => WriteAsync(async () =>
    {
        var now = clock.GetUtcNow();
        // Only forwards, whoever comes late.
        await db.AuditForwarderPositions.Where(p => p.ForwarderId == forwarder.Id && p.Stream == stream && p.Seq < seq).ExecuteUpdateAsync(row => row.SetProperty(p => p.Seq, seq), cancel);
        await db.AuditForwarders.Where(f => f.Id == forwarder.Id).ExecuteUpdateAsync(row => row
            .SetProperty(f => f.LastSentAt, now).SetProperty(f => f.Failures, 0).SetProperty(f => f.LastProblem, note == null ? null : Text.Shorten(Text.OneLine(note), 500)), cancel);
        if (forwarder.Failures >= ToldAfter)
            db.Record(AuditAction.ForwardingRecovered, Actor.System, new(forwarder.Id, forwarder.Name), now);
        forwarder.Failures = 0;
        await db.SaveChangesAsync(cancel);
    }, cancel);

    private Task<Result> FailAsync(AuditForwarder forwarder, Handed handed, CancellationToken cancel) => WriteAsync(async () =>
    {
        var (now, failures, problem) = (clock.GetUtcNow(), forwarder.Failures + 1, Text.Shorten(Text.OneLine(handed.Problem!), 500));
        var pause = TimeSpan.FromMinutes(Pauses[Math.Min(failures, Pauses.Length) - 1]);
        var next = now + (handed.After > pause ? handed.After.Value < LongestPause ? handed.After.Value : LongestPause : pause);
        var isOurs = await db.AuditForwarders.Where(IsOurs(forwarder.Id, heldUntil)).ExecuteUpdateAsync(row => row
            .SetProperty(f => f.Failures, failures).SetProperty(f => f.LastProblem, problem).SetProperty(f => f.NextAttemptAt, next), cancel) == 1;
        if (isOurs && failures == ToldAfter)
            await TellAsync(forwarder, problem, now, cancel);
    }, cancel);

    // Once: the next time is after it has worked again.
    private async Task TellAsync(AuditForwarder forwarder, string problem, DateTimeOffset now, CancellationToken cancel)
    {
        db.Record(AuditAction.ForwardingFailed, Actor.System, new(forwarder.Id, forwarder.Name), now, reason: problem, outcome: AuditOutcome.Failure);
        var people = holders.Holders(db.Users.WithStatus(UserStatus.Active, now), Permission.AuditManage, null, await catalogue.GetAsync(tenant.Tenant, cancel), now);
        foreach (var person in await people.OrderBy(u => u.Id).Take(ToldAtMost).AsNoTracking().ToListAsync(cancel))
            await outbox.AddAsync(MailKind.ForwardingFailed, await outbox.RecipientAsync(person, cancel), null, cancel,
                ("system", forwarder.Name), ("problem", problem), ("count", $"{ToldAfter}"), ("link", address.Link("/audit/forwarding")));
        await db.SaveChangesAsync(cancel);
    }

    private Task<Result> WriteAsync(Func<Task> work, CancellationToken cancel) => db.WriteAsync(async () =>
    {
        await work();
        return Result.Ok;
    }, cancel);
}
