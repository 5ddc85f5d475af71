using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

/// <summary>An invitation as its taker sees it. <paramref name="HasAccount"/>: they sign in instead of registering.</summary>
public sealed record InvitationWelcome(Invitation Invitation, string? Organization, string? Role, string? Team, bool HasAccount);

/// <summary>Lets people take what they were invited to: once, with the invited address, as long as its sender stands for it (E08, E09, E10).</summary>
public sealed class InvitationAcceptance(
    UserAdminDbContext db, InvitationRights rights, AccessEvaluator evaluator, SessionDirectory sessions, CurrentTenant tenant, TimeProvider clock)
{
    /// <summary>The invitation of the link, as long as it works.</summary>
    public async Task<Invitation?> FindAsync(string? secret, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(secret))
            return null;
        var hash = SessionKey.Hash(secret);
        var invitation = await db.Invitations.Usable(db, clock.GetUtcNow()).AsNoTracking().SingleOrDefaultAsync(i => i.Hash == hash, cancel);
        return invitation is not null && await IsStoodForAsync(invitation, cancel) ? invitation : null;
    }

    public async Task<InvitationWelcome?> WelcomeAsync(string? secret, CancellationToken cancel)
    {
        if (await FindAsync(secret, cancel) is not { } invitation)
            return null;
        var gains = (await db.GainsAsync(invitation.OrganizationId, invitation.RoleId, invitation.TeamId, cancel)).ToDictionary(gain => gain.Field, gain => gain.After);
        // A registration that nobody confirmed gives way to the invited person.
        var hasAccount = await db.Users.AnyAsync(u => u.NormalizedEmail == invitation.NormalizedEmail && (u.ActivatedAt != null || u.EmailConfirmed || u.PasswordHash == null), cancel);
        return new(invitation, gains.GetValueOrDefault("Organization"), gains.GetValueOrDefault("Role"), gains.GetValueOrDefault("Team"), hasAccount);
    }

    /// <summary>Why this person can't take the invitation; null when they can.</summary>
    public async Task<Problem?> RefuseAsync(Invitation invitation, Actor actor, CancellationToken cancel)
    {
        if (actor.Impersonator is not null)
            return StepUp.NotWhileActing;
        var user = await db.Users.WithStatus(UserStatus.Active, clock.GetUtcNow()).Where(u => u.Id == actor.UserId).Select(u => new { u.NormalizedEmail, u.EmailConfirmed }).SingleOrDefaultAsync(cancel);
        return user?.NormalizedEmail != invitation.NormalizedEmail ? InvitationProblems.OtherAccount
            : !user.EmailConfirmed ? InvitationProblems.Unconfirmed
            : invitation is { OrganizationId: null, RoleId: null } ? RegistrationService.HasAccount
            : null;
    }

    /// <summary>Takes the invitation for the person who is signed in. Of parallel attempts one does, the others get <see cref="InvitationProblems.Accepted"/>.</summary>
    public async Task<Result> JoinAsync(string? secret, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (await FindAsync(secret, cancel) is not { } invitation)
            return await IsAcceptedAsync(secret, cancel) ? InvitationProblems.Accepted : InvitationProblems.Dead;
        if (await RefuseAsync(invitation, actor, cancel) is { } refused)
            return refused;
        try
        {
            var result = await db.WriteAsync(async () =>
            {
                if (!await AcceptAsync(invitation, actor.UserId!.Value, actor, cancel))
                    return await IsAcceptedAsync(secret, cancel) ? InvitationProblems.Accepted : InvitationProblems.Dead;
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
            if (result.Succeeded)
                await sessions.RefreshAccessAsync(tenant.Tenant, cancel);
            return result;
        }
        catch (DbUpdateException)
        {
            // Somebody added them, or removed the organization, at this very moment.
            db.ChangeTracker.Clear();
            return InvitationProblems.Dead;
        }
    }

    /// <summary>
    /// Uses the invitation up and adds what it gives to what the next save writes, in the caller's transaction: of parallel attempts one finds it (E09). The new
    /// link of a resent one is another.
    /// </summary>
    internal async Task<bool> AcceptAsync(Invitation invitation, Guid userId, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // Whoever changes assignments at this moment waits, or is waited for: the sender's right is judged as it is now.
        if (invitation.OrganizationId is not null || invitation.RoleId is not null)
            await db.ChangeStampAsync(ChangeStamp.Assignments, cancel);
        if (!await IsStoodForAsync(invitation, cancel) || await db.Invitations.Usable(db, now).Where(i => i.Id == invitation.Id && i.Hash == invitation.Hash)
            .ExecuteUpdateAsync(row => row.SetProperty(i => i.AcceptedAt, now).SetProperty(i => i.AcceptedById, userId), cancel) == 0)
            return false;
        await GiveAsync(invitation, userId, now, cancel);
        db.Record(AuditAction.InvitationAccepted, actor, new(userId, invitation.Email), now, await db.GainsAsync(invitation.OrganizationId, invitation.RoleId, invitation.TeamId, cancel));
        return true;
    }

    private async Task GiveAsync(Invitation invitation, Guid userId, DateTimeOffset now, CancellationToken cancel)
    {
        if (invitation.OrganizationId is { } organization && !await db.Memberships.AnyAsync(m => m.OrganizationId == organization && m.UserId == userId, cancel))
            db.Memberships.Add(new() { OrganizationId = organization, UserId = userId, JoinedAt = now, AddedById = invitation.InvitedById });
        if (invitation.TeamId is { } team && !await db.TeamMembers.AnyAsync(m => m.TeamId == team && m.UserId == userId, cancel))
            db.TeamMembers.Add(new() { TeamId = team, UserId = userId, AddedAt = now });
        if (invitation.RoleId is { } role && !await db.RoleAssignments.InForce(now).AnyAsync(a => a.UserId == userId && a.RoleId == role && a.OrganizationId == invitation.OrganizationId && a.EndsAt == null, cancel))
            db.RoleAssignments.Add(new()
            {
                UserId = userId,
                RoleId = role,
                OrganizationId = invitation.OrganizationId,
                StartsAt = now,
                Reason = "Came with an invitation",
                AssignedById = invitation.InvitedById,
                AssignedByName = invitation.InvitedByName,
                AssignedAt = now,
            });
    }

    private async Task<bool> IsAcceptedAsync(string? secret, CancellationToken cancel)
    {
        var hash = SessionKey.Hash(secret ?? "");
        return await db.Invitations.AnyAsync(i => i.Hash == hash && i.AcceptedAt != null, cancel);
    }

    // Asked at each use: an invitation is worth no more than its sender's right to invite and to give (E10).
    private async Task<bool> IsStoodForAsync(Invitation invitation, CancellationToken cancel) => invitation.InvitedById is { } inviter
        && await rights.RefuseAsync(await evaluator.EvaluateAsync(inviter, cancel), invitation.OrganizationId, invitation.RoleId, invitation.TeamId, cancel) is null;
}
