using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Impersonation;

public sealed class ActingForm
{
    public static IReadOnlyList<int> Choices { get; } = [15, 30, 60];

    [Display(Name = "Minutes"), AllowedValues(15, 30, 60, ErrorMessage = "Choose 15, 30 or 60 minutes.")]
    public int Minutes { get; set; } = 30;

    [Required(ErrorMessage = "Say why, in a few words."), MinLength(ActingService.ShortestReason, ErrorMessage = "Say why, in a few words."), Display(Name = "The reason"), PlainText(500, AllowLineBreaks = true)]
    public string Reason { get; set; } = "";
}

/// <summary>
/// Lets an administrator act as somebody else for a limited time (U14). There is neither a second cookie nor a second session: the administrator's
/// own session says as whom it acts, and ending it ends both. <see cref="SessionDirectory"/> asks at every use whether it may go on.
/// </summary>
public sealed class ActingService(
    UserAdminDbContext db, CurrentTenant tenant, SessionDirectory directory, SecurityActs acts, AccessEvaluator evaluator, Notices notices, Outbox outbox, TimeProvider clock)
{
    internal const int ShortestReason = 5;

    public static readonly Problem NotActive = new(ProblemKind.Conflict, "acting.not_active", "Only somebody whose account is active can be acted for.");

    private static readonly Problem ReasonTooShort = new(ProblemKind.Invalid, "acting.reason_too_short", "Say why, in a few words.", nameof(ActingForm.Reason));
    private static readonly Problem WrongTime = new(ProblemKind.Invalid, "acting.wrong_time", "Choose 15, 30 or 60 minutes.", nameof(ActingForm.Minutes));
    private static readonly Problem NotActing = new(ProblemKind.Conflict, "acting.not_acting", "You act as yourself already.");

    /// <summary>Whether the button is worth showing. Starting asks everything again.</summary>
    public async Task<bool> MayStartAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return actor is { Impersonator: null, SessionId: not null } && actor.UserId != userId && actor.Can(Permission.UsersImpersonate)
            && await db.Users.Where(u => u.Id == userId && !u.IsServiceAccount).WithStatus(UserStatus.Active, now).VisibleTo(actor, db).Within(actor, Permission.UsersImpersonate, db).AnyAsync(cancel)
            && actor.Access.Covers(await evaluator.EvaluateAsync(userId, cancel));
    }

    /// <summary>
    /// From now on the actor's session acts as this person. Asks for a recent sign-in and a reason; the person must be active and hold nothing that the actor
    /// doesn't (E05). The person is told by mail. Problems: not allowed, not found, oneself, not active, acting already.
    /// </summary>
    public async Task<Result> StartAsync(Guid userId, ActingForm form, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (await acts.RefuseAsync(userId, Permission.UsersImpersonate, form.Reason, actor, cancel) is { } refused)
            return refused;
        if (form.Reason.Trim().Length < ShortestReason)
            return ReasonTooShort;
        if (!ActingForm.Choices.Contains(form.Minutes))
            return WrongTime;

        var now = clock.GetUtcNow();
        var until = now.AddMinutes(form.Minutes);
        var result = await db.WriteAsync(async () =>
        {
            if (await db.Users.AsNoTracking().WithStatus(UserStatus.Active, now).SingleOrDefaultAsync(u => u.Id == userId && !u.IsServiceAccount, cancel) is not { } person)
                return NotActive;
            var own = db.Sessions.Where(s => s.Id == actor.SessionId && s.UserId == actor.UserId && s.EndedAt == null && s.ActingAsId == null);
            if (await own.ExecuteUpdateAsync(row => row.SetProperty(s => s.ActingAsId, userId).SetProperty(s => s.ActingUntil, until).SetProperty(s => s.ActingReason, form.Reason), cancel) == 0)
                return SessionService.NotFound;
            db.Record(AuditAction.ActingStarted, actor, person, now, [new("Until", null, FieldChange.AsText(until))], form.Reason);
            var reader = await outbox.ReaderAsync(userId, cancel);
            await notices.SendAsync(person, "An administrator acts as you in the portal, until {0} at the latest", actor, cancel, reader.Moment(until));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            await directory.ChangePersonAsync(tenant.Tenant, actor.SessionId!.Value, cancel);
        return result;
    }

    /// <summary>The actor is themselves again. Problem: they are already.</summary>
    public async Task<Result> StopAsync(Actor actor, CancellationToken cancel)
    {
        if (actor is not { Impersonator: { } owner, SessionId: { } session })
            return NotActing;
        var ended = await EndAsync(session, actor.UserId!.Value, owner.Until, "Stopped", actor with { UserId = owner.Id, Name = owner.Name, Impersonator = null }, cancel);
        await directory.ChangePersonAsync(tenant.Tenant, session, cancel);
        return ended ? Result.Ok : NotActing;
    }

    /// <summary>The owner of the account says that all this was not them: whoever acts as them stops. Call it after the commit.</summary>
    internal async Task StopAllAsync(Guid userId, string reason, CancellationToken cancel)
    {
        var recent = clock.GetUtcNow().AddHours(-2);
        var acting = await (
            from session in db.Sessions
            join owner in db.Users on session.UserId equals owner.Id
            where session.EndedAt == null && session.LastActivityAt > recent && session.ActingAsId == userId
            select new { session.Id, session.ActingUntil, OwnerId = owner.Id, OwnerName = (owner.FirstName + " " + owner.LastName).Trim() }).ToListAsync(cancel);
        foreach (var session in acting)
        {
            await EndAsync(session.Id, userId, session.ActingUntil!.Value, reason, new(ActorKind.User, session.OwnerId, session.OwnerName, Access.None) { SessionId = session.Id }, cancel);
            await directory.ChangePersonAsync(tenant.Tenant, session.Id, cancel);
        }
    }

    /// <summary>What the person may do while the session still may act as them; null ends it: the time is over, the administrator may no longer, or the person is not one they may act as any more.</summary>
    internal async Task<(User Person, Access Access)?> ContinueAsync(Actor owner, Guid personId, DateTimeOffset until, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var person = await db.Users.AsNoTracking().WithStatus(UserStatus.Active, now).Within(owner, Permission.UsersImpersonate, db).SingleOrDefaultAsync(u => u.Id == personId, cancel);
        var access = await evaluator.EvaluateAsync(personId, cancel);
        var over = until <= now ? "The time was over"
            : !owner.Can(Permission.UsersImpersonate) ? "The administrator may no longer act as others"
            : person is null ? "The account is no longer active or within reach"
            : !owner.Access.Covers(access) ? "The person may do more than the administrator by now"
            : null;
        if (over is null)
            return (person!, access);
        await EndAsync(owner.SessionId!.Value, personId, until, over, owner, cancel);
        return null;
    }

    // Several servers and requests may notice at once; the one that changes the row records it.
    private async Task<bool> EndAsync(Guid sessionId, Guid personId, DateTimeOffset until, string reason, Actor owner, CancellationToken cancel)
    {
        var ended = false;
        await db.WriteAsync(async () =>
        {
            ended = await db.Sessions.Where(s => s.Id == sessionId && s.ActingAsId == personId && s.ActingUntil == until).ExecuteUpdateAsync(row => row
                .SetProperty(s => s.ActingAsId, (Guid?)null).SetProperty(s => s.ActingUntil, (DateTimeOffset?)null).SetProperty(s => s.ActingReason, (string?)null), cancel) == 1;
            if (ended && await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == personId, cancel) is { } person)
                db.Record(AuditAction.ActingEnded, owner, person, clock.GetUtcNow(), reason: reason);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return ended;
    }
}
