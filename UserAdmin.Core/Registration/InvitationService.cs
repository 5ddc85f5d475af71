using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

/// <summary>What became of one of the addresses; without a problem, an invitation is on its way.</summary>
public sealed record InvitationOutcome(string Address, string? Problem);

/// <summary>Invites people to register. The link goes to their mailbox alone: nobody here can read it (E10).</summary>
public sealed class InvitationService(
    UserAdminDbContext db, Outbox outbox, Policies policies, PublicAddress here, AccessEvaluator access, ILookupNormalizer normalizer, TimeProvider clock)
{
    public static readonly Problem Closed = new(ProblemKind.Conflict, "invitation.closed",
        "Registration is closed, so nobody could accept an invitation. Open it in the settings, at least for invited people.");

    private static readonly Problem TooMany = new(ProblemKind.Invalid, "invitation.too_many",
        $"Invite {InvitationForm.MaximumAddresses} people at a time.", nameof(InvitationForm.Addresses));

    private static readonly Problem UnknownLanguage = new(ProblemKind.Invalid, "invitation.language", "There is no such language.", nameof(InvitationForm.Language));
    private static readonly Problem Over = new(ProblemKind.Conflict, "invitation.over", "This invitation has been accepted or revoked in the meantime.");
    private static readonly Problem HasAccount = new(ProblemKind.Conflict, "invitation.has_account", "Somebody with this address has an account by now.");

    /// <summary>Invites every address that can be invited and says of the others why not, in the order they were typed.</summary>
    public async Task<Result<IReadOnlyList<InvitationOutcome>>> InviteAsync(InvitationForm form, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.InvitationsManage))
            return await db.DenyAsync(actor, Permission.InvitationsManage, null, clock, cancel);
        var policy = await policies.GetAsync<RegistrationPolicy>(cancel);
        var lines = form.Lines();
        if (policy.Mode == RegistrationMode.Closed)
            return Closed;
        if (lines.Count is 0 or > InvitationForm.MaximumAddresses)
            return TooMany;
        if (Words.Languages.All(language => language.Code != form.Language))
            return UnknownLanguage;

        List<InvitationOutcome> outcomes = [];
        var result = await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            var taken = await TakenAsync([.. lines.Select(line => normalizer.NormalizeEmail(line.Address)!)], now, cancel);
            foreach (var (typed, address) in lines)
            {
                var normalized = normalizer.NormalizeEmail(address)!;
                var problem = !EmailAttribute.IsAddress(address) ? "This is not an email address." : taken.GetValueOrDefault(normalized);
                outcomes.Add(new(Text.Shorten(problem is null ? address : typed, 300), problem));
                if (problem is not null)
                    continue;
                taken[normalized] = "This address stands in the list more than once; it got one invitation.";
                var secret = SessionKey.Create();
                var invitation = new Invitation
                {
                    Email = address,
                    NormalizedEmail = normalized,
                    Hash = SessionKey.Hash(secret),
                    Language = form.Language,
                    InvitedById = actor.UserId,
                    InvitedByName = actor.Name,
                    CreatedAt = now,
                    SentAt = now,
                    ExpiresAt = now.AddDays(policy.InvitationDays),
                };
                db.Invitations.Add(invitation);
                db.Record(AuditAction.InvitationSent, actor, new(invitation.Id, address), now);
                await SendAsync(invitation, secret, policy, actor, cancel);
            }
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? outcomes : result.Problem;
    }

    /// <summary>Sends a new link; the old one stops working. Whoever sends it stands for it from then on.</summary>
    public async Task<Result> SendAgainAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.InvitationsManage))
            return await db.DenyAsync(actor, Permission.InvitationsManage, null, clock, cancel);
        var policy = await policies.GetAsync<RegistrationPolicy>(cancel);
        if (policy.Mode == RegistrationMode.Closed)
            return Closed;

        return await db.WriteAsync(async () =>
        {
            var (now, secret) = (clock.GetUtcNow(), SessionKey.Create());
            var (hash, expiresAt) = (SessionKey.Hash(secret), now.AddDays(policy.InvitationDays));

            // One statement that asks and writes: an invitation that is accepted at this moment stays accepted.
            if (await db.Invitations.Where(i => i.Id == id && i.AcceptedAt == null && i.RevokedAt == null).ExecuteUpdateAsync(row => row
                .SetProperty(i => i.Hash, hash).SetProperty(i => i.SentAt, now).SetProperty(i => i.ExpiresAt, expiresAt)
                .SetProperty(i => i.InvitedById, actor.UserId).SetProperty(i => i.InvitedByName, actor.Name), cancel) == 0)
                return Over;
            var invitation = await db.Invitations.AsNoTracking().SingleAsync(i => i.Id == id, cancel);
            if (await db.Users.AnyAsync(u => u.NormalizedEmail == invitation.NormalizedEmail, cancel))
                return HasAccount;

            db.Record(AuditAction.InvitationSentAgain, actor, new(invitation.Id, invitation.Email), now);
            await SendAsync(invitation, secret, policy, actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Makes the link worthless.</summary>
    public async Task<Result> RevokeAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.InvitationsManage))
            return await db.DenyAsync(actor, Permission.InvitationsManage, null, clock, cancel);

        return await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            if (await db.Invitations.Where(i => i.Id == id && i.AcceptedAt == null && i.RevokedAt == null)
                .ExecuteUpdateAsync(row => row.SetProperty(i => i.RevokedAt, now), cancel) == 0)
                return Over;
            var email = await db.Invitations.Where(i => i.Id == id).Select(i => i.Email).SingleAsync(cancel);
            db.Record(AuditAction.InvitationRevoked, actor, new(id, email), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>The invitation of the link, as long as it works.</summary>
    public async Task<Invitation?> FindAsync(string? secret, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(secret))
            return null;
        var hash = SessionKey.Hash(secret);
        var invitation = await db.Invitations.Usable(db, clock.GetUtcNow()).AsNoTracking().SingleOrDefaultAsync(i => i.Hash == hash, cancel);
        return invitation is not null && await InviterMayAsync(invitation, cancel) ? invitation : null;
    }

    /// <summary>Uses the invitation up, in the caller's transaction: of parallel attempts one finds it (E09). The new link of a resent one is another.</summary>
    internal async Task<bool> AcceptAsync(Invitation invitation, Guid userId, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (!await InviterMayAsync(invitation, cancel) || await db.Invitations.Usable(db, now).Where(i => i.Id == invitation.Id && i.Hash == invitation.Hash)
            .ExecuteUpdateAsync(row => row.SetProperty(i => i.AcceptedAt, now).SetProperty(i => i.AcceptedById, userId), cancel) == 0)
            return false;
        db.Record(AuditAction.InvitationAccepted, actor, new(userId, invitation.Email), now);
        return true;
    }

    // Asked at each use: an invitation is worth no more than its sender's right to invite (E10).
    private async Task<bool> InviterMayAsync(Invitation invitation, CancellationToken cancel) =>
        invitation.InvitedById is { } inviter && (await access.EvaluateAsync(inviter, cancel)).Can(Permission.InvitationsManage);

    /// <summary>Why addresses can't be invited, by their normal form.</summary>
    private async Task<Dictionary<string, string>> TakenAsync(List<string> addresses, DateTimeOffset now, CancellationToken cancel)
    {
        var taken = new Dictionary<string, string>();
        foreach (var address in await db.Invitations.In(InvitationState.Sent, now).Where(i => addresses.Contains(i.NormalizedEmail)).Select(i => i.NormalizedEmail).ToListAsync(cancel))
            taken[address] = "This address is invited already. Send that invitation again if it got lost.";
        foreach (var user in await db.Users.Where(u => addresses.Contains(u.NormalizedEmail!)).Select(u => new { u.NormalizedEmail, u.DeletedAt }).ToListAsync(cancel))
            taken[user.NormalizedEmail!] = user.DeletedAt is null ? "Somebody with this address has an account already." : "A deleted user has this address. Restore or purge them first.";
        return taken;
    }

    private Task SendAsync(Invitation invitation, string secret, RegistrationPolicy policy, Actor actor, CancellationToken cancel) => outbox.AddAsync(
        MailKind.Invitation, new(null, invitation.Email, invitation.Email, invitation.Language), actor.CorrelationId, cancel,
        ("inviter", actor.Name), ("link", here.Link($"/account/invitation/{secret}")), ("days", $"{policy.InvitationDays}"));
}
