using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

/// <summary>What the registration page must know before it shows a form.</summary>
public sealed record RegistrationOffer(RegistrationMode Mode, int? Terms, int MinimumLength);

/// <summary>
/// Lets people make their own account. Whether an address has one already is told to its mailbox alone: the answer, its time and the
/// work are the same (A05, A06).
/// </summary>
public sealed class RegistrationService(
    UserAdminDbContext db, UserService users, Passwords passwords, InvitationAcceptance invitations, LinkMail mail, Allowance allowance, Policies policies, IOptions<SignInSettings> options, TimeProvider clock)
{
    private static readonly Problem Closed = new(ProblemKind.NotAllowed, "registration.closed", "Registration is closed.");
    internal static readonly Problem HasAccount = new(ProblemKind.Conflict, "registration.has_account", "There is an account with this email address already. Sign in with it, or choose a new password there.");
    private static readonly Problem OtherAddress = new(ProblemKind.Invalid, "registration.other_address", "The invitation is for another email address.", nameof(RegistrationForm.Email));
    private static readonly Problem TermsMissing = new(ProblemKind.Invalid, "registration.terms", "Accept the terms of use to register.", nameof(RegistrationForm.AcceptsTerms));
    private static readonly Problem TermsChanged = new(ProblemKind.Conflict, "registration.terms_changed", "The terms of use changed in the meantime. Read them, then accept them again.", nameof(RegistrationForm.AcceptsTerms));

    public async Task<RegistrationOffer> FindOfferAsync(CancellationToken cancel) =>
        new((await policies.GetAsync<RegistrationPolicy>(cancel)).Mode, (await FindTermsAsync(cancel))?.Number, passwords.MinimumLengthFor(hasSecondFactor: false));

    /// <summary>
    /// Makes an account. With an invitation, whose link proved the mailbox, it works at once; without, or when somebody here has seen the link, once the address
    /// is confirmed by the link that is mailed. An address that has an account gets a mail that says so instead, and the answer is the same.
    /// </summary>
    public async Task<Result> RegisterAsync(RegistrationForm form, Invitation? invitation, SignInOrigin origin, CancellationToken cancel)
    {
        if (!await allowance.TakeAsync($"ask:{SignInGuard.KeyOfAddress(origin.Address)}", options.Value.RequestsPerAddress, cancel))
            return ForgottenPassword.TooMany;
        var mode = (await policies.GetAsync<RegistrationPolicy>(cancel)).Mode;
        if (mode == RegistrationMode.Closed || (mode == RegistrationMode.ByInvitation && invitation is null))
            return Closed;

        var now = clock.GetUtcNow();
        var terms = await FindTermsAsync(cancel);
        var user = new User { CreatedAt = now, SecurityStamp = Guid.NewGuid().ToString("N") };
        var profile = new UserForm { FirstName = form.FirstName, LastName = form.LastName, UserName = string.IsNullOrWhiteSpace(form.UserName) ? form.Email : form.UserName, Email = form.Email };
        var problem = terms is null ? null : !form.AcceptsTerms ? TermsMissing : form.Terms != terms.Number ? TermsChanged : null;
        if (problem is not null || (problem = users.Apply(profile, user, now)) is not null)
            return problem;
        if (invitation is not null && invitation.NormalizedEmail != user.NormalizedEmail)
            return OtherAddress;

        return await EvenTime.SpendAsync(async () =>
        {
            var hash = await passwords.HashAsync(form.Password, user, cancel);
            if (!hash.Succeeded)
                return hash.Problem;
            user.PasswordHash = hash.Value;
            return await AddAsync(user, profile, terms, invitation, origin, now, cancel);
        }, cancel);
    }

    private async Task<Result> AddAsync(User user, UserForm profile, TermsVersion? terms, Invitation? invitation, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        var mayMail = await allowance.TakeAsync(SignInGuard.KeyOfMailbox("register", user.NormalizedEmail!), options.Value.MailsPerMailbox, cancel);
        try
        {
            return await db.WriteAsync(async () =>
            {
                // A user name that somebody has is nobody's business: the account gets another, and its owner sees which.
                var wished = user.NormalizedUserName;
                if (wished != user.NormalizedEmail && await db.Users.AnyAsync(u => u.NormalizedUserName == wished && u.NormalizedEmail != user.NormalizedEmail, cancel))
                {
                    profile.UserName = profile.Email;
                    users.Apply(profile, user, now);
                }
                var known = await db.Users.SingleOrDefaultAsync(u => u.NormalizedEmail == user.NormalizedEmail || u.NormalizedUserName == user.NormalizedUserName, cancel);
                if (invitation is not null)
                    return await AddInvitedAsync(user, known, terms, invitation, origin, now, cancel);
                if (known is null)
                    await CreateAsync(user, terms, invitation, origin, now, cancel);
                else if (mayMail)
                    await TellAsync(known, user, terms, origin, now, cancel);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
        }
        catch (DbUpdateException refused) when (refused is DbUpdateConcurrencyException || UserService.TakenIn(refused) is not null)
        {
            // The same address registered at this very moment, and its mail is under way.
            db.ChangeTracker.Clear();
            // Or somebody took the user name that was wished for.
            if (user.NormalizedUserName != user.NormalizedEmail)
                return await AddAsync(user, profile, terms, invitation, origin, now, cancel);
            return invitation is null ? Result.Ok : HasAccount;
        }
    }

    // The link proved the mailbox: its owner may be told what there is, and a registration that nobody confirmed gives way.
    private async Task<Result> AddInvitedAsync(
        User user, User? known, TermsVersion? terms, Invitation invitation, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        if (!await invitations.AcceptAsync(invitation, (known ?? user).Id, origin.Somebody, cancel))
            return InvitationProblems.Dead;
        if (known is not null && !IsUnconfirmed(known, now))
            return HasAccount;

        if (known is null)
            await CreateAsync(user, terms, invitation, origin, now, cancel);
        else
        {
            await db.OneTimeTokens.Where(t => t.UserId == known.Id).ExecuteDeleteAsync(cancel);
            await TakeOverAsync(known, user, terms, origin, now, cancel);
            if (invitation.LinkCopiedAt is null)
                (known.ActivatedAt, known.EmailConfirmed) = (now, true);
            else
                await mail.SendConfirmationAsync(known, origin.CorrelationId, cancel);
            db.Record(AuditAction.UserRegistered, origin.Somebody, known, now, FieldChange.Of(db.Entry(known)));
        }
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }

    private async Task CreateAsync(User user, TermsVersion? terms, Invitation? invitation, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        user.PasswordChangedAt = now;
        var provesMailbox = invitation is { LinkCopiedAt: null };
        if (provesMailbox)
            (user.ActivatedAt, user.EmailConfirmed) = (now, true);
        db.Users.Add(user);
        db.Record(AuditAction.UserRegistered, origin.Somebody, user, now, FieldChange.Of(db.Entry(user)));
        Accept(terms, user, origin, now);
        if (!provesMailbox)
            await mail.SendConfirmationAsync(user, origin.CorrelationId, cancel);
    }

    private async Task TellAsync(User known, User again, TermsVersion? terms, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        if (known.DeletedAt is not null)
            return;
        db.Record(AuditAction.RegistrationRepeated, origin.Somebody, known, now);
        if (!IsUnconfirmed(known, now))
        {
            await mail.SendAccountExistsAsync(known, origin.CorrelationId, cancel);
            return;
        }
        await TakeOverAsync(known, again, terms, origin, now, cancel);
        await mail.SendConfirmationAsync(known, origin.CorrelationId, cancel);
    }

    private async Task TakeOverAsync(User known, User again, TermsVersion? terms, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        // Nobody has proven the mailbox yet, so the first to register has no better right than the last: the newest mail counts, with its password.
        known.Rename(again.FirstName, again.LastName);
        (known.PasswordHash, known.PasswordChangedAt, known.UpdatedAt, known.ConcurrencyStamp) = (again.PasswordHash, now, now, Guid.NewGuid().ToString("N"));
        if (terms is not null && !await db.TermsAcceptances.AnyAsync(a => a.UserId == known.Id && a.TermsVersionId == terms.Id, cancel))
            Accept(terms, known, origin, now);
    }

    private void Accept(TermsVersion? terms, User user, SignInOrigin origin, DateTimeOffset now)
    {
        if (terms is not null)
            db.TermsAcceptances.Add(new() { UserId = user.Id, TermsVersionId = terms.Id, AcceptedAt = now, Address = origin.Address });
    }

    // An account that an administrator made is pending as well, but has no password.
    private static bool IsUnconfirmed(User user, DateTimeOffset now) =>
        user.StatusAt(now) == UserStatus.Pending && user is { EmailConfirmed: false, PasswordHash: not null };

    private Task<TermsVersion?> FindTermsAsync(CancellationToken cancel) =>
        db.TermsVersions.AsNoTracking().OrderByDescending(v => v.Number).FirstOrDefaultAsync(cancel);
}
