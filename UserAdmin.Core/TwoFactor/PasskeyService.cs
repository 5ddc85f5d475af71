using System.Buffers.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

/// <summary>A passkey; <paramref name="Id"/> is its credential id as base64url.</summary>
public sealed record PasskeyRow(string Id, string Name, DateTimeOffset CreatedAt, bool IsSynced);

/// <summary>An assertion that the ceremony verified: whose it is, the passkey with its new counter, and the state that held its challenge.</summary>
public sealed record VerifiedPasskey(Guid UserId, UserPasskeyInfo Passkey, string State);

/// <summary>
/// A person's passkeys. The ceremonies are Identity's; here is what they lead to. Challenges are spent in the transaction of what they
/// open: a row with their hash can be inserted once (B07).
/// </summary>
public sealed class PasskeyService(UserAdminDbContext db, FactorChanges changes, RecoveryCodes recoveryCodes, Entrance entrance, FeatureSwitches features, TimeProvider clock)
{
    private const int Maximum = 20;
    private static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(10);

    public static readonly Problem Refused = new(ProblemKind.Invalid, "passkey.refused", "The passkey could not be verified, or its time was over. Try again.");

    public static readonly Problem NotFound = new(ProblemKind.NotFound, "passkey.not_found", "This passkey is gone already.");

    private static readonly Problem Enough = new(ProblemKind.Conflict, "passkey.enough", "Twenty passkeys are enough. Remove one first.");

    public async Task<IReadOnlyList<PasskeyRow>> ListAsync(Actor actor, CancellationToken cancel) =>
        [.. (await db.UserPasskeys.AsNoTracking().Where(p => p.UserId == actor.UserId).ToListAsync(cancel))
            .OrderBy(p => p.Data.CreatedAt)
            .Select(p => new PasskeyRow(Base64Url.EncodeToString(p.CredentialId), p.Data.Name ?? "", p.Data.CreatedAt, p.Data.IsBackedUp))];

    /// <summary>Whose passkeys a ceremony is to accept.</summary>
    public Task<User> OwnerAsync(Guid userId, CancellationToken cancel) => db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);

    /// <summary>Adds a passkey whose attestation was verified. Recovery codes come with the first factor.</summary>
    public async Task<Result<Enrolled>> AddAsync(UserPasskeyInfo passkey, string state, FactorNameForm form, Actor actor, CancellationToken cancel)
    {
        if (await features.RefuseAsync(Feature.Passkeys, cancel) is { } off)
            return off;
        var enrolled = new Enrolled(null);
        try
        {
            var result = await changes.ChangeAsync(actor, AuditAction.PasskeyAdded, "A passkey was added to your account", async userId =>
            {
                if (await db.UserPasskeys.CountAsync(p => p.UserId == userId, cancel) >= Maximum)
                    return Enough;
                await SpendAsync(userId, state, cancel);
                var name = Text.Squeeze(form.Name);
                db.UserPasskeys.Add(RowOf(userId, passkey, name));
                if (!await db.RecoveryCodes.AnyAsync(c => c.UserId == userId && c.UsedAt == null, cancel))
                    enrolled = new(await recoveryCodes.ReplaceAsync(userId, cancel));
                return new FieldChange[] { new("Name", null, name) };
            }, cancel);
            return result.Succeeded ? enrolled : result.Problem;
        }
        catch (DbUpdateException)
        {
            // The challenge was used before, or the passkey belongs to somebody already.
            return Refused;
        }
    }

    public async Task<Result> RenameAsync(string id, FactorNameForm form, Actor actor, CancellationToken cancel)
    {
        if (await FindAsync(id, actor.UserId, cancel) is not { } passkey)
            return NotFound;
        var (before, after) = (passkey.Data.Name, Text.Squeeze(form.Name));
        passkey.Data.Name = after;
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, cancel);
        db.Record(AuditAction.PasskeyRenamed, actor, user, clock.GetUtcNow(), [new("Name", before, after)]);
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }

    public Task<Result> RemoveAsync(string id, Actor actor, CancellationToken cancel) =>
        changes.ChangeAsync(actor, AuditAction.PasskeyRemoved, "A passkey was removed from your account", async userId =>
        {
            if (await FindAsync(id, userId, cancel) is not { } passkey)
                return NotFound;
            db.UserPasskeys.Remove(passkey);
            return new FieldChange[] { new("Name", passkey.Data.Name, null) };
        }, cancel);

    /// <summary>Signs in without a password: the device verified its owner, which makes it two factors (B08).</summary>
    public async Task<Result<Entry>> SignInAsync(VerifiedPasskey verified, SignInOrigin origin, CancellationToken cancel)
    {
        if (await features.RefuseAsync(Feature.Passkeys, cancel) is { } off)
            return off;
        try
        {
            return await entrance.EnterAsync(verified.UserId, Entrance.PasskeyMethod, origin, persistent: false, () => UseAsync(verified, cancel), cancel);
        }
        catch (DbUpdateException)
        {
            return Refused;
        }
    }

    /// <summary>Spends the challenge and keeps the passkey's new counter, in the caller's transaction. Throws when another use was quicker.</summary>
    public async Task UseAsync(VerifiedPasskey verified, CancellationToken cancel)
    {
        await SpendAsync(verified.UserId, verified.State, cancel);
        if (!await features.IsOnAsync(Feature.Passkeys, cancel))
            throw new DbUpdateConcurrencyException("Passkeys were switched off while it was verified.");
        var row = await db.UserPasskeys.SingleOrDefaultAsync(p => p.CredentialId == verified.Passkey.CredentialId && p.UserId == verified.UserId, cancel)
            ?? throw new DbUpdateConcurrencyException("The passkey was removed while it was verified.");
        (row.Data.SignCount, row.Data.IsBackedUp) = (verified.Passkey.SignCount, verified.Passkey.IsBackedUp);
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>Records an assertion that the ceremony refused, with its reason: a counter going back may mean a copied key (B08).</summary>
    public async Task RecordRefusalAsync(byte[]? credentialId, string reason, SignInOrigin origin, CancellationToken cancel)
    {
        var owner = credentialId is null ? null : await (
            from passkey in db.UserPasskeys
            join user in db.Users on passkey.UserId equals user.Id
            where passkey.CredentialId == credentialId
            select user).AsNoTracking().SingleOrDefaultAsync(cancel);
        db.Record(AuditAction.SignInFailed, Actor.Anonymous with { Address = origin.Address, CorrelationId = origin.CorrelationId },
            owner is null ? new AuditTarget(null, "an unknown passkey") : owner, clock.GetUtcNow(), reason: Text.Shorten($"Passkey refused: {reason}", 500), outcome: AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
    }

    private async Task SpendAsync(Guid userId, string state, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await db.OneTimeTokens.Where(t => t.UserId == userId && t.Purpose == OneTimePurpose.PasskeyChallenge && t.ExpiresAt <= now).ExecuteDeleteAsync(cancel);
        db.OneTimeTokens.Add(new() { UserId = userId, Purpose = OneTimePurpose.PasskeyChallenge, Hash = SessionKey.Hash(state), CreatedAt = now, ExpiresAt = now + ChallengeLife });
        await db.SaveChangesAsync(cancel);
    }

    private async Task<IdentityUserPasskey<Guid>?> FindAsync(string id, Guid? userId, CancellationToken cancel)
    {
        if (!Base64Url.IsValid(id))
            return null;
        var credentialId = Base64Url.DecodeFromChars(id);
        return await db.UserPasskeys.SingleOrDefaultAsync(p => p.CredentialId == credentialId && p.UserId == userId, cancel);
    }

    private static IdentityUserPasskey<Guid> RowOf(Guid userId, UserPasskeyInfo passkey, string name) => new()
    {
        UserId = userId,
        CredentialId = passkey.CredentialId,
        Data = new()
        {
            Name = name,
            PublicKey = passkey.PublicKey,
            CreatedAt = passkey.CreatedAt,
            SignCount = passkey.SignCount,
            Transports = passkey.Transports,
            IsUserVerified = passkey.IsUserVerified,
            IsBackupEligible = passkey.IsBackupEligible,
            IsBackedUp = passkey.IsBackedUp,
            AttestationObject = passkey.AttestationObject,
            ClientDataJson = passkey.ClientDataJson,
        },
    };
}
