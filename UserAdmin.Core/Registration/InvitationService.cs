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

/// <summary>What became of one of the addresses; without a problem, the invitation is on its way.</summary>
public sealed record InvitationOutcome(string Address, string? Problem, Guid? InvitationId = null);

/// <summary>
/// Invites people to register or into an organization. The link goes to their mailbox alone; whoever may copy one gets another, which proves no mailbox (E10).
/// </summary>
public sealed class InvitationService(
    UserAdminDbContext db, Outbox outbox, Policies policies, PublicAddress here, InvitationRights rights, AccessEvaluator evaluator, ILookupNormalizer normalizer, TimeProvider clock)
{
    private static readonly Problem TooMany = new(ProblemKind.Invalid, "invitation.too_many",
        $"Invite {InvitationForm.MaximumAddresses} people at a time.", nameof(InvitationForm.Addresses));

    private static readonly Problem UnknownLanguage = new(ProblemKind.Invalid, "invitation.language", "There is no such language.", nameof(InvitationForm.Language));

    /// <summary>Invites every address that can be invited and says of the others why not, in the order they were typed.</summary>
    public async Task<Result<IReadOnlyList<InvitationOutcome>>> InviteAsync(InvitationForm form, Actor actor, CancellationToken cancel)
    {
        if (form.OrganizationId is null && !actor.Can(Permission.InvitationsManage) && actor.CanSomewhere(Permission.InvitationsManage))
            return InvitationProblems.ChooseOrganization;
        if (await RefuseAsync(form.OrganizationId, form.RoleId, form.TeamId, actor, cancel) is { } refused)
            return refused;
        var policy = await policies.GetAsync<RegistrationPolicy>(cancel);
        var lines = form.Lines();
        if (policy.Mode == RegistrationMode.Closed && form.OrganizationId is null)
            return InvitationProblems.Closed;
        if (lines.Count is 0 or > InvitationForm.MaximumAddresses)
            return TooMany;
        if (Words.Languages.All(language => language.Code != form.Language))
            return UnknownLanguage;

        List<InvitationOutcome> outcomes = [];
        var result = await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            var terms = await InvitationTerms.OfAsync(form.OrganizationId, form.RoleId, db, evaluator, policy, cancel);
            var gains = await db.GainsAsync(form.OrganizationId, form.RoleId, form.TeamId, cancel);
            var taken = await TakenAsync([.. lines.Select(line => normalizer.NormalizeEmail(line.Address)!)], form.OrganizationId, policy, now, cancel);
            foreach (var (typed, address) in lines)
            {
                var normalized = normalizer.NormalizeEmail(address)!;
                var problem = !EmailAttribute.IsAddress(address) ? "This is not an email address."
                    : !terms.Allows(address) ? $"{terms.Organization} allows only addresses of {string.Join(", ", terms.Domains)}."
                    : taken.GetValueOrDefault(normalized);
                if (problem is not null)
                {
                    outcomes.Add(new(Text.Shorten(typed, 300), problem));
                    continue;
                }
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
                    OrganizationId = form.OrganizationId,
                    RoleId = form.RoleId,
                    TeamId = form.TeamId,
                    CreatedAt = now,
                    SentAt = now,
                    ExpiresAt = now.AddDays(terms.Days),
                };
                invitation.MessageId = await SendAsync(invitation, secret, terms, actor, cancel);
                db.Invitations.Add(invitation);
                outcomes.Add(new(Text.Shorten(address, 300), null, invitation.Id));
                db.Record(AuditAction.InvitationSent, actor, new(invitation.Id, address), now, gains);
            }
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? outcomes : result.Problem;
    }

    /// <summary>Sends a new link; the old one stops working. Whoever sends it stands for it from then on.</summary>
    public async Task<Result> SendAgainAsync(Guid id, Actor actor, CancellationToken cancel) => new((await RenewAsync(id, isCopied: false, actor, cancel)).Problem);

    /// <summary>
    /// Makes a new link to hand over, in place of the old one, and gives it back this once. Somebody here has seen it, so it proves no mailbox: an account
    /// that is made with it has to confirm its address by mail.
    /// </summary>
    public async Task<Result<string>> CopyLinkAsync(Guid id, Actor actor, CancellationToken cancel) =>
        !actor.Can(Permission.InvitationsCopyLink) ? await db.DenyAsync(actor, Permission.InvitationsCopyLink, id, clock, cancel)
        : actor.NeedsStepUpAt(clock.GetUtcNow()) ? StepUp.Needed
        : await RenewAsync(id, isCopied: true, actor, cancel);

    /// <summary>Makes the link worthless.</summary>
    public async Task<Result> RevokeAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.InvitationsManage))
            return await db.DenyAsync(actor, Permission.InvitationsManage, null, clock, cancel);

        return await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            if (await FindAsync(id, actor, cancel) is not { } invitation)
                return InvitationProblems.NotFound;
            if (await db.Invitations.Pending().Where(i => i.Id == id).ExecuteUpdateAsync(row => row.SetProperty(i => i.RevokedAt, now), cancel) == 0)
                return InvitationProblems.Over;
            await outbox.WithdrawAsync(invitation.MessageId, cancel);
            db.Record(AuditAction.InvitationRevoked, actor, new(id, invitation.Email), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private async Task<Result<string>> RenewAsync(Guid id, bool isCopied, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.InvitationsManage))
            return await db.DenyAsync(actor, Permission.InvitationsManage, null, clock, cancel);
        if (await FindAsync(id, actor, cancel) is not { } invitation)
            return InvitationProblems.NotFound;
        if (await RefuseAsync(invitation.OrganizationId, invitation.RoleId, invitation.TeamId, actor, cancel) is { } refused)
            return refused;

        var secret = SessionKey.Create();
        var policy = await policies.GetAsync<RegistrationPolicy>(cancel);
        var terms = await InvitationTerms.OfAsync(invitation.OrganizationId, invitation.RoleId, db, evaluator, policy, cancel);
        if (!terms.Allows(invitation.Email))
            return InvitationProblems.Domain;
        var result = await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            var messageId = isCopied ? (Guid?)null : await SendAsync(invitation, secret, terms, actor, cancel);
            var (hash, expiresAt, copiedAt) = (SessionKey.Hash(secret), now.AddDays(terms.Days), isCopied ? now : (DateTimeOffset?)null);

            // One statement that asks and writes: an invitation that is accepted at this moment stays accepted.
            if (await db.Invitations.Pending().Where(i => i.Id == id).ExecuteUpdateAsync(row => row
                .SetProperty(i => i.Hash, hash).SetProperty(i => i.SentAt, now).SetProperty(i => i.ExpiresAt, expiresAt)
                .SetProperty(i => i.MessageId, messageId).SetProperty(i => i.LinkCopiedAt, copiedAt)
                .SetProperty(i => i.InvitedById, actor.UserId).SetProperty(i => i.InvitedByName, actor.Name), cancel) == 0)
                return InvitationProblems.Over;
            var hasAccount = await db.Users.AnyAsync(u => u.NormalizedEmail == invitation.NormalizedEmail, cancel);
            if (hasAccount && invitation.OrganizationId is null)
                return InvitationProblems.HasAccount;
            if (!hasAccount && policy.Mode == RegistrationMode.Closed)
                return InvitationProblems.Closed;

            await outbox.WithdrawAsync(invitation.MessageId, cancel);
            db.Record(isCopied ? AuditAction.InvitationLinkCopied : AuditAction.InvitationSentAgain, actor, new(id, invitation.Email), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? LinkOf(secret) : result.Problem;
    }

    private Task<Invitation?> FindAsync(Guid id, Actor actor, CancellationToken cancel) =>
        db.Invitations.AsNoTracking().Within(actor, Permission.InvitationsManage, db).SingleOrDefaultAsync(i => i.Id == id, cancel);

    private async Task<Problem?> RefuseAsync(Guid? organizationId, Guid? roleId, Guid? teamId, Actor actor, CancellationToken cancel) =>
        await rights.RefuseAsync(actor.Access, organizationId, roleId, teamId, cancel) is not { } refused ? null
        : refused == UserProblems.NotAllowed || refused == InvitationProblems.RoleGone ? await DenyAsync(refused, organizationId, actor, cancel)
        : refused;

    // Inviting into more than one holds is tried on purpose, as a rule.
    private async Task<Problem> DenyAsync(Problem refused, Guid? organizationId, Actor actor, CancellationToken cancel)
    {
        await db.DenyAsync(actor, refused == UserProblems.NotAllowed ? Permission.InvitationsManage : Permission.RolesAssign, organizationId, clock, cancel);
        return refused;
    }

    /// <summary>Why addresses can't be invited, by their normal form.</summary>
    private async Task<Dictionary<string, string>> TakenAsync(List<string> addresses, Guid? organizationId, RegistrationPolicy policy, DateTimeOffset now, CancellationToken cancel)
    {
        var taken = new Dictionary<string, string>();
        foreach (var address in await db.Invitations.Pending().Where(i => i.ExpiresAt > now && i.OrganizationId == organizationId && addresses.Contains(i.NormalizedEmail)).Select(i => i.NormalizedEmail).ToListAsync(cancel))
            taken[address] = "This address is invited already. Send that invitation again if it got lost.";
        var known = await db.Users.Where(u => addresses.Contains(u.NormalizedEmail!))
            .Select(u => new { u.NormalizedEmail, u.DeletedAt, IsMember = db.Memberships.Any(m => m.UserId == u.Id && m.OrganizationId == organizationId) }).ToListAsync(cancel);
        foreach (var user in known)
            if (user.DeletedAt is not null)
                taken[user.NormalizedEmail!] = "A deleted user has this address. Restore or purge them first.";
            else if (user.IsMember)
                taken[user.NormalizedEmail!] = "This person is a member already.";
            else if (organizationId is null)
                taken[user.NormalizedEmail!] = "Somebody with this address has an account already.";
        if (policy.Mode == RegistrationMode.Closed)
            foreach (var address in addresses.Except(known.Select(user => user.NormalizedEmail!)))
                taken[address] = "Nobody has an account with this address, and registration is closed.";
        return taken;
    }

    private async Task<Guid> SendAsync(Invitation invitation, string secret, InvitationTerms terms, Actor actor, CancellationToken cancel)
    {
        (string, string)[] values = [("inviter", actor.Name), ("link", LinkOf(secret)), ("days", $"{terms.Days}")];
        return await outbox.AddAsync(terms.Organization is null ? MailKind.Invitation : MailKind.InvitationToJoin, new(null, invitation.Email, invitation.Email, invitation.Language),
            actor.CorrelationId, cancel, terms.Organization is { } organization ? [.. values, ("organization", organization)] : values);
    }

    private string LinkOf(string secret) => here.Link($"/account/invitation/{secret}");
}
