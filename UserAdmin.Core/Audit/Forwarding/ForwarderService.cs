using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Forwarding;

/// <param name="Behind">Sealed events that it has not got yet.</param>
public sealed record ForwarderRow(
    Guid Id, ForwarderKind Kind, string Name, string Address, bool IsActive, DateTimeOffset? LastSentAt, string? LastProblem, int Failures, DateTimeOffset NextAttemptAt, long Behind);

public sealed record ForwarderDetails(Guid Id, ForwarderForm Form, Guid Stamp, bool HasSecret);

internal static class ForwarderProblems
{
    public static Problem NotFound => new(ProblemKind.NotFound, "audit_forwarder.not_found", "There is no such system, or it was removed.");
    public static Problem Changed => new(ProblemKind.Conflict, "audit_forwarder.changed", "Somebody else changed this meanwhile. Open it again and make your change anew.");
    public static Problem TooMany => new(ProblemKind.Conflict, "audit_forwarder.too_many", "Events can go to 20 systems at most.");
    public static Problem Unreadable => new(ProblemKind.Conflict, "audit_forwarder.unreadable", "Its secret can't be decrypted: the key it was encrypted with is missing. Enter it again.");

    public static Problem NotTaken(string why) => new(ProblemKind.Conflict, "audit_forwarder.not_taken", why);
}

/// <summary>Says which other systems get the events. All of it needs <see cref="Permission.AuditManage"/>, and changes a fresh sign-in: they carry people's data out of the portal.</summary>
public sealed class ForwarderService(UserAdminDbContext db, CurrentTenant tenant, ForwarderSecrets secrets, EventReceivers receivers, TimeProvider clock)
{
    private const int Most = 20;

    private static readonly AuditStream[] Streams = Enum.GetValues<AuditStream>();

    public async Task<IReadOnlyList<ForwarderRow>> ListAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditManage))
            return [];
        var heads = await db.AuditHeads.AsNoTracking().ToDictionaryAsync(head => head.Stream, head => head.Seq, cancel);
        var sent = (await db.AuditForwarderPositions.AsNoTracking().ToListAsync(cancel)).ToLookup(position => position.ForwarderId);
        var forwarders = await db.AuditForwarders.AsNoTracking().OrderBy(f => f.Name).ThenBy(f => f.Id).ToListAsync(cancel);
        return forwarders.ConvertAll(f => new ForwarderRow(f.Id, f.Kind, f.Name, f.Address, f.IsActive, f.LastSentAt, f.LastProblem, f.Failures, f.NextAttemptAt,
            sent[f.Id].Sum(position => Math.Max(0, heads.GetValueOrDefault(position.Stream) - position.Seq))));
    }

    public async Task<ForwarderDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditManage) && await db.AuditForwarders.AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, cancel) is { } found
            ? new(id, new() { Kind = found.Kind, Name = found.Name, Address = found.Address }, found.Stamp, found.Secret is not null) : null;

    /// <summary>Sends what is sealed from now on, or everything.</summary>
    public async Task<Result<Guid>> AddAsync(ForwarderForm form, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(actor, null, cancel) is { } refused)
            return refused;
        form.HasSecret = false;
        if (Invalid(form) is { } invalid)
            return invalid;
        var now = clock.GetUtcNow();
        var forwarder = new AuditForwarder { Kind = form.Kind, Name = form.Name.Trim(), Address = form.Normalized()!, Secret = secrets.Protect(form.Secret), CreatedAt = now, NextAttemptAt = now };
        var added = await db.WriteAsync(async () =>
        {
            if (await db.AuditForwarders.CountAsync(cancel) >= Most)
                return ForwarderProblems.TooMany;
            var heads = await db.AuditHeads.AsNoTracking().ToDictionaryAsync(head => head.Stream, head => head.Seq, cancel);
            db.AuditForwarders.Add(forwarder);
            db.AuditForwarderPositions.AddRange(Streams.Select(stream => new AuditForwarderPosition { ForwarderId = forwarder.Id, Stream = stream, Seq = form.FromBeginning ? 0 : heads.GetValueOrDefault(stream) }));
            db.Record(AuditAction.ForwarderAdded, actor, Target(forwarder), now,
                [new("Kind", null, $"{forwarder.Kind}"), new("Address", null, forwarder.Address), new("FromBeginning", null, form.FromBeginning ? "yes" : "no")]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return added.Succeeded ? forwarder.Id : added.Problem;
    }

    /// <summary>The kind stays; an empty secret leaves the one that is kept. It is tried again at once.</summary>
    public Task<Result> SaveAsync(Guid id, ForwarderForm form, Guid stamp, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, (forwarder, now) =>
    {
        (form.Kind, form.HasSecret) = (forwarder.Kind, forwarder.Secret is not null);
        if (Invalid(form) is { } invalid)
            return invalid;
        if (forwarder.Stamp != stamp)
            return ForwarderProblems.Changed;
        var wanted = (form.Name.Trim(), form.Normalized()!);
        List<FieldChange> changes = [.. new FieldChange[] { new("Name", forwarder.Name, wanted.Item1), new("Address", forwarder.Address, wanted.Item2) }.Where(change => change.Before != change.After)];
        if (form.Secret.Length > 0)
        {
            changes.Add(new("Secret", forwarder.Secret is null ? null : FieldChange.Masked, FieldChange.Masked));
            forwarder.Secret = secrets.Protect(form.Secret);
        }
        if (changes.Count == 0)
            return Result.Ok;
        (forwarder.Name, forwarder.Address, forwarder.NextAttemptAt) = (wanted.Item1, wanted.Item2, now);
        db.Record(AuditAction.ForwarderEdited, actor, Target(forwarder), now, changes);
        return Result.Ok;
    }, cancel);

    public Task<Result> PauseAsync(Guid id, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, (forwarder, now) =>
    {
        if (forwarder.IsActive)
            db.Record(AuditAction.ForwarderPaused, actor, Target(forwarder), now);
        forwarder.IsActive = false;
        return Result.Ok;
    }, cancel);

    /// <summary>Goes on where it stopped; also without waiting for the end of a pause after failures.</summary>
    public Task<Result> ResumeAsync(Guid id, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, (forwarder, now) =>
    {
        if (!forwarder.IsActive)
            db.Record(AuditAction.ForwarderResumed, actor, Target(forwarder), now);
        (forwarder.IsActive, forwarder.NextAttemptAt) = (true, now);
        return Result.Ok;
    }, cancel);

    public Task<Result> RemoveAsync(Guid id, string reason, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, (forwarder, now) =>
    {
        db.AuditForwarders.Remove(forwarder);
        db.Record(AuditAction.ForwarderRemoved, actor, Target(forwarder), now, [new("Address", forwarder.Address, null)], reason);
        return Result.Ok;
    }, cancel);

    /// <summary>Sends one event that is marked as a test and stands nowhere. The problem says why the other side has not taken it.</summary>
    public async Task<Result> TestAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(actor, id, cancel) is { } refused)
            return refused;
        if (await db.AuditForwarders.AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, cancel) is not { } forwarder)
            return ForwarderProblems.NotFound;
        var (now, action) = (clock.GetUtcNow(), AuditAction.ForwarderTested);
        var example = new AuditEvent
        {
            UtcMicroseconds = AuditRecording.ToMicroseconds(now),
            ActorKind = actor.Kind,
            ActorId = actor.UserId,
            ActorName = actor.Name,
            Action = action.Code,
            Category = action.Category,
            Outcome = AuditOutcome.Success,
            TargetId = id,
            TargetName = forwarder.Name,
        };
        Handed handed;
        try
        {
            handed = await receivers.SendAsync(forwarder.Kind, new(forwarder.Address, secrets.Read(forwarder.Secret), tenant.Tenant.Name), [example], cancel);
        }
        catch (CryptographicException)
        {
            return ForwarderProblems.Unreadable;
        }
        db.Record(action, actor, Target(forwarder), now, reason: handed.Problem, outcome: handed.Problem is null ? AuditOutcome.Success : AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
        return (handed.Problem ?? handed.Note) is { } why ? ForwarderProblems.NotTaken(why) : Result.Ok;
    }

    private async Task<Result> ChangeAsync(Guid id, Actor actor, Func<AuditForwarder, DateTimeOffset, Result> change, CancellationToken cancel)
    {
        if (await RefuseAsync(actor, id, cancel) is { } refused)
            return refused;
        return await db.WriteAsync(async () =>
        {
            if (await db.AuditForwarders.SingleOrDefaultAsync(f => f.Id == id, cancel) is not { } forwarder)
                return ForwarderProblems.NotFound;
            var changed = change(forwarder, clock.GetUtcNow());
            if (!changed.Succeeded)
                return changed;
            forwarder.Stamp = Ids.New();
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateConcurrencyException)
            {
                return ForwarderProblems.Changed;
            }
            return Result.Ok;
        }, cancel);
    }

    private async Task<Problem?> RefuseAsync(Actor actor, Guid? id, CancellationToken cancel) =>
        !actor.Can(Permission.AuditManage) ? await db.DenyAsync(actor, Permission.AuditManage, id, clock, cancel)
        : actor.NeedsStepUpAt(clock.GetUtcNow()) ? StepUp.Needed : null;

    private static Problem? Invalid(ForwarderForm form)
    {
        var refused = new List<ValidationResult>();
        return Validator.TryValidateObject(form, new(form), refused, validateAllProperties: true) ? null
            : new Problem(ProblemKind.Invalid, "audit_forwarder.invalid", refused[0].ErrorMessage!, refused[0].MemberNames.FirstOrDefault());
    }

    private static AuditTarget Target(AuditForwarder forwarder) => new(forwarder.Id, forwarder.Name);
}
