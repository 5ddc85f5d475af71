using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.ExternalSignIn;

/// <summary>Makes accounts for people who arrive from a provider for the first time, as far as the rules of registration let anybody in.</summary>
public sealed class ExternalRegistration(UserAdminDbContext db, UserService users, InvitationAcceptance invitations, Policies policies, TimeProvider clock)
{
    /// <summary>The new account, linked and active because the provider confirmed the mailbox; null when there is none to be made.</summary>
    public async Task<Guid?> RegisterAsync(ExternalIdentity identity, SignInOrigin origin, CancellationToken cancel)
    {
        if (identity is not { Email: { } email, EmailVerified: true })
            return null;
        var mode = (await policies.GetAsync<RegistrationPolicy>(cancel)).Mode;
        if (mode == RegistrationMode.Closed)
            return null;

        var now = clock.GetUtcNow();
        var form = FormOf(identity, email);
        var user = new User { CreatedAt = now, ActivatedAt = now, SecurityStamp = Guid.NewGuid().ToString("N") };
        if (!Validator.TryValidateObject(form, new(form), null, validateAllProperties: true) || users.Apply(form, user, now) is not null)
            return null;

        // After the address is set: a new address takes the confirmation of the former one away.
        user.EmailConfirmed = true;
        try
        {
            var result = await db.WriteAsync(async () =>
            {
                if (await db.Users.AnyAsync(u => u.NormalizedEmail == user.NormalizedEmail || u.NormalizedUserName == user.NormalizedUserName, cancel))
                    return ExternalProblems.NotLinked;
                db.Users.Add(user);
                await db.SaveChangesAsync(cancel);

                var actor = new Actor(ActorKind.User, user.Id, ((AuditTarget)user).Name, Access.None) { Address = origin.Address, CorrelationId = origin.CorrelationId };
                var isInvited = false;
                foreach (var invitation in await db.Invitations.Usable(db, now).AsNoTracking().Where(i => i.NormalizedEmail == user.NormalizedEmail).OrderBy(i => i.CreatedAt).ThenBy(i => i.Id).ToListAsync(cancel))
                    isInvited = isInvited || await invitations.AcceptAsync(invitation, user.Id, actor, cancel);
                if (mode == RegistrationMode.ByInvitation && !isInvited)
                    return ExternalProblems.NotLinked;

                db.UserLogins.Add(ExternalLogins.LoginOf(identity, user.Id));
                db.Record(AuditAction.UserRegisteredExternally, actor, user, now, [new("Email", null, email), new(identity.ProviderName, null, email)]);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
            return result.Succeeded ? user.Id : null;
        }
        catch (DbUpdateException)
        {
            // Somebody took the address, or the same person arrived twice at once: the second time finds the link.
            return null;
        }
    }

    private static UserForm FormOf(ExternalIdentity identity, string email)
    {
        var (first, last) = (identity.FirstName, identity.LastName);
        if (first.Length == 0)
            first = last.Length > 0 ? last : email.Split('@')[0];
        return new() { FirstName = first, LastName = last.Length > 0 ? last : first, UserName = email, Email = email };
    }
}
