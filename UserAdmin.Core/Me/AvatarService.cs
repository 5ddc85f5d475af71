using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>Keeps the pictures of people.</summary>
public sealed class AvatarService(UserAdminDbContext db, SecurityActs acts, TimeProvider clock)
{
    public static readonly Problem NotAPicture = new(ProblemKind.Invalid, "avatar.not_a_picture", "This is not a picture that can be used. Choose another one.");

    /// <summary>Takes over the pixels of the actor's new picture.</summary>
    public async Task<Result> SaveAsync(ReadOnlyMemory<byte> upload, Actor actor, CancellationToken cancel)
    {
        if (actor.UserId is not { } userId)
            return UserProblems.NotAllowed;
        if (AvatarPng.Clean(upload) is not { } png)
            return NotAPicture;

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);
            await db.Avatars.Where(a => a.UserId == userId).ExecuteDeleteAsync(cancel);
            db.Avatars.Add(new() { UserId = userId, Png = png, Version = Guid.NewGuid().ToString("N"), UpdatedAt = now });
            db.Record(AuditAction.PictureChanged, actor, user, now);
            try
            {
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }
            catch (DbUpdateException)
            {
                return UserProblems.Conflict;
            }
        }, cancel);
    }

    /// <summary>Removes the actor's own picture or, with <see cref="Permission.UsersEdit"/>, that of somebody not above them.</summary>
    public async Task<Result> RemoveAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (userId != actor.UserId && await acts.RefuseAsync(userId, Permission.UsersEdit, actor, cancel) is { } refused)
            return refused;
        return await db.WriteAsync(async () =>
        {
            var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancel);
            if (user is not null && await db.Avatars.Where(a => a.UserId == userId).ExecuteDeleteAsync(cancel) == 1)
            {
                db.Record(AuditAction.PictureRemoved, actor, user, clock.GetUtcNow());
                await db.SaveChangesAsync(cancel);
            }
            return Result.Ok;
        }, cancel);
    }

    /// <summary>The picture when its owner shows it to the actor, otherwise null. Without a version the current one.</summary>
    public async Task<byte[]?> FindAsync(Guid userId, string? version, Actor actor, CancellationToken cancel)
    {
        if (actor.UserId is null)
            return null;
        var isOverseen = await db.ReachesAsync(actor, Permission.UsersView, userId, cancel);
        if (!isOverseen && !await db.Users.Where(u => u.Id == userId).KnownTo(actor, db).AnyAsync(cancel))
            return null;
        var found = await db.Avatars.AsNoTracking().Where(a => a.UserId == userId && (version == null || a.Version == version))
            .Select(a => new { a.Png, Privacy = db.Profiles.Where(p => p.UserId == userId).Select(p => p.Privacy).SingleOrDefault() }).SingleOrDefaultAsync(cancel);
        return found is not null && (userId == actor.UserId || Privacy.Read(found.Privacy).Shows(ProfilePart.Picture, isOverseen)) ? found.Png : null;
    }
}
