using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Registration;

public sealed record TermsRow(int Number, string Body, DateTimeOffset PublishedAt, string PublishedBy, int Accepted);

public sealed record AcceptanceRow(int Number, DateTimeOffset PublishedAt, DateTimeOffset AcceptedAt, string? Address);

/// <summary>Publishes terms of use and keeps who accepted which version. A version is never changed; the newest is the one that counts (D4).</summary>
public sealed class TermsService(UserAdminDbContext db, CurrentTenant tenant, IMemoryCache cache, TimeProvider clock)
{
    public const int MaximumLength = 100_000;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private static readonly Problem Empty = new(ProblemKind.Invalid, "terms.empty", "Write the terms first.", "Body");
    private static readonly Problem TooLong = new(ProblemKind.Invalid, "terms.too_long", "The terms can have 100,000 characters at most.", "Body");
    private static readonly Problem Hidden = new(ProblemKind.Invalid, "terms.hidden", "The text has a hidden character (a control or direction code). Type it again instead of pasting it.", "Body");
    private static readonly Problem Same = new(ProblemKind.Invalid, "terms.same", "This is the text of the current version. Nothing was published.", "Body");
    private static readonly Problem Newer = new(ProblemKind.Conflict, "terms.newer", "Somebody else published a version in the meantime. Look at it, then publish yours.");
    private static readonly Problem Changed = new(ProblemKind.Conflict, "terms.changed", "The terms changed in the meantime. Read them, then accept them again.");

    /// <summary>The version that counts, or null as long as none was published. At most half a minute old.</summary>
    public Task<TermsVersion?> FindCurrentAsync(CancellationToken cancel) => cache.GetOrCreateAsync(KeyOfCurrent, entry =>
    {
        entry.AbsoluteExpirationRelativeToNow = Freshness;
        return db.TermsVersions.AsNoTracking().OrderByDescending(v => v.Number).FirstOrDefaultAsync(cancel);
    });

    /// <summary>All versions, newest first. Needs <see cref="Permission.SettingsView"/>.</summary>
    public async Task<IReadOnlyList<TermsRow>> ListAsync(Actor actor, CancellationToken cancel) => !actor.Can(Permission.SettingsView) ? [] :
        await db.TermsVersions.AsNoTracking().OrderByDescending(v => v.Number)
            .Select(v => new TermsRow(v.Number, v.Body, v.PublishedAt, v.PublishedByName, db.TermsAcceptances.Count(a => a.TermsVersionId == v.Id))).ToListAsync(cancel);

    /// <summary>Publishes the next version after <paramref name="after"/>, the newest its author knew (0 for none). Everybody is asked to accept it.</summary>
    public async Task<Result<int>> PublishAsync(string body, int after, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.SettingsEdit))
            return await db.DenyAsync(actor, Permission.SettingsEdit, null, clock, cancel);
        var now = clock.GetUtcNow();
        if (actor.NeedsStepUpAt(now))
            return StepUp.Needed;
        body = body.ReplaceLineEndings("\n").Trim();
        if (body.Length is 0 or > MaximumLength || Text.HasHiddenCharacters(body, allowLineBreaks: true))
            return body.Length == 0 ? Empty : body.Length > MaximumLength ? TooLong : Hidden;

        try
        {
            var result = await db.WriteAsync(async () =>
            {
                var newest = await db.TermsVersions.AsNoTracking().OrderByDescending(v => v.Number).FirstOrDefaultAsync(cancel);
                if ((newest?.Number ?? 0) != after)
                    return Newer;
                if (newest?.Body == body)
                    return Same;
                var version = new TermsVersion { Number = after + 1, Body = body, PublishedAt = now, PublishedById = actor.UserId, PublishedByName = actor.Name };
                db.TermsVersions.Add(version);
                db.Record(AuditAction.TermsPublished, actor, TargetOf(version), now);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
            return result.Succeeded ? after + 1 : result.Problem;
        }
        catch (DbUpdateException)
        {
            // Published twice at once: the number is unique.
            return Newer;
        }
        finally
        {
            cache.Remove(KeyOfCurrent);
        }
    }

    /// <summary>The version this person still has to accept, or null. Who accepted it is remembered, so that a page asks the database once.</summary>
    public async Task<TermsVersion?> FindDueAsync(Actor actor, CancellationToken cancel)
    {
        if (actor.Impersonator is not null || actor.UserId is not { } userId || await FindCurrentAsync(cancel) is not { } current || cache.TryGetValue(KeyOfAcceptance(userId, current.Id), out _))
            return null;
        if (!await db.TermsAcceptances.AnyAsync(a => a.UserId == userId && a.TermsVersionId == current.Id, cancel))
            return current;
        cache.Set(KeyOfAcceptance(userId, current.Id), true, TimeSpan.FromHours(1));
        return null;
    }

    /// <summary>Records that the actor accepts the version they were shown. Accepting it again changes nothing.</summary>
    public async Task<Result> AcceptAsync(int number, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        try
        {
            return await db.WriteAsync(async () =>
            {
                var now = clock.GetUtcNow();
                var current = await db.TermsVersions.AsNoTracking().OrderByDescending(v => v.Number).FirstOrDefaultAsync(cancel);
                if (current?.Number != number)
                    return Changed;
                if (await db.TermsAcceptances.AnyAsync(a => a.UserId == actor.UserId && a.TermsVersionId == current.Id, cancel))
                    return Result.Ok;
                db.TermsAcceptances.Add(new() { UserId = actor.UserId!.Value, TermsVersionId = current.Id, AcceptedAt = now, Address = actor.Address });
                db.Record(AuditAction.TermsAccepted, actor, TargetOf(current), now);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
        }
        catch (DbUpdateException)
        {
            // Accepted in two tabs at once.
            return Result.Ok;
        }
        finally
        {
            cache.Remove(KeyOfCurrent);
        }
    }

    /// <summary>What somebody accepted, newest first. Others than oneself need <see cref="Permission.UsersView"/>.</summary>
    public async Task<IReadOnlyList<AcceptanceRow>> ListAcceptancesAsync(Guid userId, Actor actor, CancellationToken cancel) =>
        userId != actor.UserId && !await db.ReachesAsync(actor, Permission.UsersView, userId, cancel) ? [] :
        await (from acceptance in db.TermsAcceptances
               join version in db.TermsVersions on acceptance.TermsVersionId equals version.Id
               where acceptance.UserId == userId
               orderby version.Number descending
               select new AcceptanceRow(version.Number, version.PublishedAt, acceptance.AcceptedAt, acceptance.Address)).ToListAsync(cancel);

    private static AuditTarget TargetOf(TermsVersion version) => new(version.Id, $"version {version.Number}");

    private (string, string) KeyOfCurrent => ("terms", tenant.Tenant.Name);

    private (string, string, Guid, Guid) KeyOfAcceptance(Guid userId, Guid versionId) => ("terms-accepted", tenant.Tenant.Name, userId, versionId);
}
