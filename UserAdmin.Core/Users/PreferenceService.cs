using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Users;

/// <summary>What the portal remembers for the person who uses it. Nobody else's preferences can be read or written.</summary>
public sealed class PreferenceService(UserAdminDbContext db)
{
    public const int MaximumLength = 4000;

    private static readonly Problem TooLong = new(ProblemKind.Invalid, "preference.too_long", "This is more than can be kept here. Remove something first.");

    public async Task<string?> FindAsync(string name, Actor actor, CancellationToken cancel) =>
        await db.Preferences.Where(p => p.UserId == actor.UserId && p.Name == name).Select(p => p.Value).SingleOrDefaultAsync(cancel);

    public async Task<Result> KeepAsync(string name, string value, Actor actor, CancellationToken cancel)
    {
        if (actor.UserId is not { } userId)
            return UserProblems.NotAllowed;
        if (value.Length > MaximumLength)
            return TooLong;

        var preference = await db.Preferences.SingleOrDefaultAsync(p => p.UserId == userId && p.Name == name, cancel);
        if (preference is null)
            db.Preferences.Add(new() { UserId = userId, Name = name, Value = value });
        else
            preference.Value = value;
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (preference is null)
        {
            // Another tab kept its first one at the same moment; the later wins.
            await db.Preferences.Where(p => p.UserId == userId && p.Name == name).ExecuteUpdateAsync(row => row.SetProperty(p => p.Value, value), cancel);
        }
        return Result.Ok;
    }
}
