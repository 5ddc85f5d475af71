using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Core.ExternalSignIn;

/// <summary>One provider as its user sees it; <paramref name="LinkedAs"/> is their address or name there, null when it isn't linked.</summary>
public sealed record ExternalLoginRow(string Provider, string Name, bool IsLinked, string? LinkedAs, bool IsConfigured);

/// <summary>What people link with their own accounts.</summary>
public sealed class ExternalLogins(UserAdminDbContext db, OpenIdProviders providers, ExternalRequests requests, Notices notices, FeatureSwitches features, TimeProvider clock)
{
    /// <summary>The configured providers, and links with ones that are no longer.</summary>
    public async Task<IReadOnlyList<ExternalLoginRow>> ListAsync(Actor actor, CancellationToken cancel)
    {
        var linked = await db.UserLogins.AsNoTracking().Where(login => login.UserId == actor.UserId).ToListAsync(cancel);
        var offered = providers.All.Select(provider => linked.FirstOrDefault(login => login.LoginProvider == provider.Key) is { } login
            ? new ExternalLoginRow(provider.Key, provider.Name, true, login.ProviderDisplayName, true)
            : new(provider.Key, provider.Name, false, null, true));
        var former = linked.Where(login => providers.Find(login.LoginProvider) is null)
            .Select(login => new ExternalLoginRow(login.LoginProvider, login.LoginProvider, true, login.ProviderDisplayName, false));
        return [.. offered, .. former];
    }

    /// <summary>The local address that starts the round trip. Needs a step-up: whoever finds an open page must not add a way in of their own.</summary>
    public async Task<Result<string>> BeginAsync(string provider, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (await features.RefuseAsync(Feature.ExternalSignIn, cancel) is { } off)
            return off;
        if (providers.Find(provider) is null)
            return ExternalProblems.Unknown;
        if (actor.NeedsStepUpAt(clock.GetUtcNow()) || actor.SessionId is null)
            return StepUp.Needed;
        return $"/account/external/{provider}?link={Uri.EscapeDataString(requests.IssueTicket(provider, actor.SessionId.Value))}";
    }

    /// <summary>Links an identity that was just proven with the actor's account. Problems: linked elsewhere, linked already.</summary>
    public async Task<Result> LinkAsync(ExternalIdentity identity, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (await features.RefuseAsync(Feature.ExternalSignIn, cancel) is { } off)
            return off;
        try
        {
            return await db.WriteAsync(async () =>
            {
                var former = await db.UserLogins.Where(l => l.LoginProvider == identity.Provider && (l.ProviderKey == identity.Key || l.UserId == actor.UserId)).ToListAsync(cancel);
                if (former.Any(login => login.UserId != actor.UserId))
                    return ExternalProblems.LinkedElsewhere;
                if (former.Count > 0)
                    return former.Any(login => login.ProviderKey == identity.Key) ? Result.Ok : ExternalProblems.LinkedAlready;

                var user = await db.Users.SingleAsync(u => u.Id == actor.UserId, cancel);
                db.UserLogins.Add(LoginOf(identity, user.Id));
                db.Record(AuditAction.ExternalLoginLinked, actor, user, clock.GetUtcNow(), [new(identity.ProviderName, null, identity.Email)]);
                await notices.SendAsync(user, "A sign-in with {0} was linked with your account", actor, cancel, identity.ProviderName);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
        }
        catch (DbUpdateException)
        {
            // Two accounts linked the same identity at once; the key of the table let one of them.
            return ExternalProblems.LinkedElsewhere;
        }
    }

    /// <summary>Removes the link unless it is the only way in that is left.</summary>
    public async Task<Result> UnlinkAsync(string provider, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        return await db.WriteAsync(async () =>
        {
            // Written first: two links that are removed at once then wait for each other, and the second sees that it is the last.
            await db.Users.Where(u => u.Id == actor.UserId).ExecuteUpdateAsync(row => row.SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount), cancel);
            var login = await db.UserLogins.SingleOrDefaultAsync(l => l.UserId == actor.UserId && l.LoginProvider == provider, cancel);
            if (login is null)
                return ExternalProblems.NotThere;
            var user = await db.Users.SingleAsync(u => u.Id == actor.UserId, cancel);
            if (user.PasswordHash is null && !await HasAnotherWayInAsync(user.Id, provider, cancel))
                return ExternalProblems.LastWayIn;

            db.UserLogins.Remove(login);
            db.Record(AuditAction.ExternalLoginUnlinked, actor, user, clock.GetUtcNow(), [new(providers.Find(provider)?.Name ?? provider, login.ProviderDisplayName, null)]);
            await notices.SendAsync(user, "The sign-in with {0} was unlinked from your account", actor, cancel, providers.Find(provider)?.Name ?? provider);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    internal static IdentityUserLogin<Guid> LoginOf(ExternalIdentity identity, Guid userId) => new()
    {
        LoginProvider = identity.Provider,
        ProviderKey = identity.Key,
        ProviderDisplayName = identity.Email ?? Text.SqueezeToNull($"{identity.FirstName} {identity.LastName}"),
        UserId = userId,
    };

    private async Task<bool> HasAnotherWayInAsync(Guid userId, string without, CancellationToken cancel)
    {
        var others = await db.UserLogins.Where(l => l.UserId == userId && l.LoginProvider != without).Select(l => l.LoginProvider).ToListAsync(cancel);
        return others.Any(other => providers.Find(other) is not null) || await db.Set<IdentityUserPasskey<Guid>>().AnyAsync(p => p.UserId == userId, cancel);
    }
}
