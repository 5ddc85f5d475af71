using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Tokens;

/// <summary>What a program gets for a sign-in or a refresh token.</summary>
public sealed record TokenPair(string AccessToken, DateTimeOffset AccessExpiresAt, string RefreshToken, DateTimeOffset RefreshExpiresAt, Guid UserId, Guid SessionId);

/// <summary>Gives tokens to programs that signed in, and new ones for old.</summary>
public sealed class TokenService(UserAdminDbContext db, AccessTokens access, SessionDirectory directory, SessionService sessions, Notices notices, CurrentTenant tenant, TimeProvider clock)
{
    /// <summary>Within that time a token that was used already is taken for an honest retry (D05): refused, and nothing else.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public static readonly Problem Invalid = new(ProblemKind.Invalid, "token.refresh_invalid", "This refresh token is wrong or too old, or its session has ended. Sign in again.");

    public static readonly Problem UsedAlready = new(ProblemKind.Conflict, "token.refresh_used", "This refresh token was used a moment ago. Go on with the tokens you got for it.");

    /// <summary>The first pair of a session that was just opened.</summary>
    public async Task<TokenPair> IssueAsync(SignedIn signedIn, CancellationToken cancel)
    {
        string refresh = "";
        await db.WriteAsync(async () =>
        {
            refresh = AddRefreshToken(signedIn.SessionId);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return await PairAsync(signedIn.SessionId, signedIn.UserId, refresh, signedIn.ExpiresAt, cancel);
    }

    /// <summary>
    /// A new pair for a refresh token, which is used up. When it comes again later, somebody else has it: the session ends and its owner is told (D04).
    /// Problems: <c>token.refresh_invalid</c>, <c>token.refresh_used</c>.
    /// </summary>
    public async Task<Result<TokenPair>> RefreshAsync(string token, SignInOrigin origin, CancellationToken cancel)
    {
        var (hash, now) = (SessionKey.Hash(token), clock.GetUtcNow());
        var row = await db.RefreshTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, cancel);
        if (row is null || row.CreatedAt + Session.ApiIdleLimit <= now)
            return Invalid;
        if (row.UsedAt is { } usedAt)
            return usedAt + Grace > now ? UsedAlready : await RevokeAsync(row.SessionId, origin, now, cancel);

        // What is known of the session may be some seconds old; a new pair is worth a question.
        directory.Refresh(tenant.Tenant, row.SessionId);
        if (await directory.FindAsync(tenant.Tenant, row.SessionId, cancel) is not { Kind: SessionKind.Api } state)
            return Invalid;
        var next = "";
        var result = await db.WriteAsync(async () =>
        {
            // Of parallel requests one finds it unused.
            if (await db.RefreshTokens.Where(t => t.Hash == hash && t.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), cancel) == 0)
                return UsedAlready;
            next = AddRefreshToken(row.SessionId);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? await PairAsync(row.SessionId, state.UserId, next, state.ExpiresAt, cancel) : result.Problem;
    }

    private async Task<Problem> RevokeAsync(Guid sessionId, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        var ended = false;
        await db.WriteAsync(async () =>
        {
            var session = await db.Sessions.SingleAsync(s => s.Id == sessionId, cancel);
            if (session.EndedAt is not null)
                return Result.Ok;
            var user = await db.Users.SingleAsync(u => u.Id == session.UserId, cancel);
            session.End("A refresh token was used twice", now);
            db.Record(AuditAction.RefreshTokenReused, origin.Somebody, user, now, outcome: AuditOutcome.Failure);
            await notices.SendAsync(user, "A program's sign-in was ended because its token was used twice", origin.Somebody, cancel);
            await db.SaveChangesAsync(cancel);
            ended = true;
            return Result.Ok;
        }, cancel);
        if (ended)
            sessions.Announce([sessionId]);
        return Invalid;
    }

    private string AddRefreshToken(Guid sessionId)
    {
        var token = SessionKey.Create();
        db.RefreshTokens.Add(new() { Hash = SessionKey.Hash(token), SessionId = sessionId, CreatedAt = clock.GetUtcNow() });
        return token;
    }

    private async Task<TokenPair> PairAsync(Guid sessionId, Guid userId, string refresh, DateTimeOffset sessionEnds, CancellationToken cancel)
    {
        var (token, expires) = await access.IssueAsync(sessionId, userId, cancel);
        var idleEnd = clock.GetUtcNow() + Session.ApiIdleLimit;
        return new(token, expires, refresh, idleEnd < sessionEnds ? idleEnd : sessionEnds, userId, sessionId);
    }
}
