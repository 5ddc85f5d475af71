using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Settings;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Tests.TwoFactor;

/// <summary>What tests of second factors seen by administrators have in common.</summary>
internal static class Guarded
{
    public const string Reason = "The phone fell into a lake";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    extension(ITestPortal portal)
    {
        /// <summary>Somebody with an authenticator, a passkey, a recovery code, a remembered device and an open session.</summary>
        public async Task<Actor> GivenProtected(Person person)
        {
            var actor = await portal.Given(person, user => user.TwoFactorEnabled = true);
            await portal.Run(async (UserAdminDbContext db) =>
            {
                var now = portal.Clock.Now;
                db.Authenticators.Add(new() { UserId = actor.Id, Name = "Phone", ProtectedSeed = "seed", CreatedAt = now, ConfirmedAt = now });
                db.RecoveryCodes.Add(new() { UserId = actor.Id, Hash = [1, 2, 3], CreatedAt = now });
                db.UserPasskeys.Add(new() { UserId = actor.Id, CredentialId = actor.Id.ToByteArray(), Data = new() { PublicKey = [1], AttestationObject = [1], ClientDataJson = [1] } });
                db.Devices.Add(new() { UserId = actor.Id, KeyHash = actor.Id.ToByteArray(), Name = "Laptop", FirstSeenAt = now, LastSeenAt = now, RememberedUntil = now.AddDays(30) });
                db.PendingSignIns.Add(new() { UserId = actor.Id, KeyHash = actor.Id.ToByteArray(), Method = "pwd", CreatedAt = now, ExpiresAt = now.AddMinutes(5) });
                db.Sessions.Add(new() { UserId = actor.Id, KeyHash = actor.Id.ToByteArray(), CreatedAt = now, AuthenticatedAt = now, LastActivityAt = now, ExpiresAt = now.AddHours(12) });
                return await db.SaveChangesAsync(Cancel);
            });
            return actor;
        }

        public async Task SetPolicy(Action<SecondFactorPolicy> change, Actor by)
        {
            var saved = await portal.Run(async (Policies policies) =>
            {
                var (policy, stamp) = await policies.GetWithStampAsync<SecondFactorPolicy>(Cancel);
                change(policy);
                return await policies.SaveAsync(policy, stamp, by with { AuthenticatedAt = portal.Clock.Now }, Cancel);
            });
            Assert.True(saved.Succeeded);
        }

        /// <summary>The mails this person was sent, oldest first, by their templates.</summary>
        public Task<List<string>> MailsTo(Person person) => portal.Run((UserAdminDbContext db) =>
            db.OutboxMessages.Where(m => m.Recipient == person.Email).OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).Select(m => m.Template).ToListAsync(Cancel));

        /// <summary>What the last mail to this person says.</summary>
        public Task<string> LastMailTo(Person person) => portal.Run(async (UserAdminDbContext db) =>
        {
            var message = await db.OutboxMessages.Where(m => m.Recipient == person.Email).OrderByDescending(m => m.Id).FirstAsync(Cancel);
            return await portal.Run((Outbox outbox) => Task.FromResult(outbox.Read(message)!.Text));
        });
    }

    extension(Actor actor)
    {
        /// <summary>Somebody of a help desk: may do these things and see people, no more.</summary>
        public Actor WithOnly(params Permission[] permissions) => actor with { Access = Access.Of([.. permissions, Permission.UsersView, .. SystemRoles.EndUser.Grants]) };

        public Actor LongSignedIn => actor with { AuthenticatedAt = actor.AuthenticatedAt.AddMinutes(-11) };
    }
}
