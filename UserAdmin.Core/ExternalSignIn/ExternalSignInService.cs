using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Core.ExternalSignIn;

/// <summary>Where the browser goes, and what it keeps meanwhile.</summary>
public sealed record ExternalStart(Uri Address, string Cookie);

/// <summary>Signs people in by what a provider says. Only an identity that is linked opens an account; an email address alone never does.</summary>
public sealed class ExternalSignInService(
    UserAdminDbContext db, OpenIdClient client, OpenIdProviders providers, ExternalRequests requests, ExternalRegistration registration, Entrance entrance, FeatureSwitches features,
    TimeProvider clock)
{
    /// <summary>Problems: unknown, unavailable.</summary>
    public async Task<Result<ExternalStart>> BeginAsync(string provider, Guid? linkFor, string? returnUrl, CancellationToken cancel)
    {
        if (await features.RefuseAsync(Feature.ExternalSignIn, cancel) is { } off)
            return off;
        var (request, cookie) = requests.Begin(provider, linkFor, returnUrl);
        var address = await client.AddressAsync(request, cancel);
        return address.Succeeded ? new ExternalStart(address.Value, cookie) : address.Problem;
    }

    /// <summary>Problems: not linked, closed.</summary>
    public async Task<Result<Entry>> SignInAsync(ExternalIdentity identity, SignInOrigin origin, CancellationToken cancel)
    {
        if (await features.RefuseAsync(Feature.ExternalSignIn, cancel) is { } off)
            return off;
        var owner = await FindOwnerAsync(identity, cancel)
            ?? (providers.Find(identity.Provider)!.AutoRegister ? await registration.RegisterAsync(identity, origin, cancel) : null);
        if (owner is null)
        {
            await RecordFailureAsync(identity, null, "No account is linked", origin, cancel);
            return ExternalProblems.NotLinked;
        }

        var entered = await entrance.EnterAsync(owner.Value, "ext", origin, persistent: false, () => Task.CompletedTask, cancel);
        if (entered.Succeeded || entered.Problem != SignInService.Refused)
            return entered;
        await RecordFailureAsync(identity, owner, "The account can't sign in", origin, cancel);
        return ExternalProblems.Closed;
    }

    private async Task<Guid?> FindOwnerAsync(ExternalIdentity identity, CancellationToken cancel) =>
        await db.UserLogins.Where(login => login.LoginProvider == identity.Provider && login.ProviderKey == identity.Key)
            .Select(login => (Guid?)login.UserId).SingleOrDefaultAsync(cancel);

    private async Task RecordFailureAsync(ExternalIdentity identity, Guid? userId, string reason, SignInOrigin origin, CancellationToken cancel)
    {
        db.ChangeTracker.Clear();
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancel);
        var target = user is null ? new AuditTarget(null, identity.Email ?? $"somebody of {identity.ProviderName}") : user;
        var actor = Actor.Anonymous with { Address = origin.Address, CorrelationId = origin.CorrelationId };
        db.Record(AuditAction.SignInFailed, actor, target, clock.GetUtcNow(), reason: $"{identity.ProviderName}: {reason}", outcome: AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
    }
}
