using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.SignIn;

/// <summary>
/// Counts attempts before the password is looked at, so that parallel guesses can't outrun the counter (A08). A device that signed in
/// before has a counter of its own: strangers who guess can't lock its owner out (OWASP, device cookies).
/// </summary>
public sealed class SignInGuard(UserAdminDbContext db, IOptions<SignInSettings> options, TimeProvider clock)
{
    /// <summary>The end of a lock or pause that somebody has to lift.</summary>
    public static readonly DateTimeOffset UntilSomebodyActs = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan AddressWindow = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    private const int CodesPerHour = 10, CodesInARow = 100;

    public static string KeyOfUser(Guid userId) => $"user:{userId}";

    public static string KeyOfDevice(Guid deviceId) => $"device:{deviceId}";

    public static string KeyOfPasswordChange(Guid userId) => $"password-change:{userId}";

    public static string KeyOfMailbox(string purpose, string normalizedEmail) => $"{purpose}:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(normalizedEmail)))}";

    public static string KeyOfUnknown(string normalizedName) => $"name:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(normalizedName)))}";

    /// <summary>An IPv6 customer has at least a /64 to choose addresses from, so that is what counts.</summary>
    public static string KeyOfAddress(string? address) => $"address:{(IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6
        ? Convert.ToHexString(parsed.GetAddressBytes().AsSpan(0, 8))
        : address ?? "unknown")}";

    /// <summary>Wrong codes in a row. Not tied to the user's row: unlocking after wrong passwords must not give new guesses at codes (B03).</summary>
    public static string KeyOfCodes(Guid userId) => $"code:{userId}";

    private static string KeyOfConfirmations(Guid userId) => $"confirmation:{userId}";

    private static string KeyOfCodesInHour(Guid userId) => $"code-hour:{userId}";

    /// <summary>Takes one of the attempts left under the key; false when there is none. Runs in the caller's transaction.</summary>
    public Task<bool> TakeAsync(string key, Guid? userId, bool isAddress, CancellationToken cancel) =>
        TakeAsync(key, userId, isAddress ? CountForAddress : CountForAccount, cancel);

    /// <summary>
    /// Takes one of the ten codes an hour and hundred in a row that may be tried at somebody's second factor, in a transaction of its
    /// own; false when there is none (B03).
    /// </summary>
    public Task<bool> TakeCodeAsync(Guid userId, CancellationToken cancel) => CountAloneAsync(async () =>
        await TakeAsync(KeyOfCodesInHour(userId), null, CountInHour, cancel) && await TakeAsync(KeyOfCodes(userId), null, CountInARow, cancel), cancel);

    /// <summary>Takes one of the tries to confirm an open session by the password, in a transaction of its own; they pause as at sign-in.</summary>
    public Task<bool> TakeConfirmationAsync(Guid userId, CancellationToken cancel) =>
        CountAloneAsync(() => TakeAsync(KeyOfConfirmations(userId), userId, CountForAccount, cancel), cancel);

    public Task ForgetConfirmationsAsync(Guid userId, CancellationToken cancel)
    {
        var key = KeyOfConfirmations(userId);
        return db.SignInThrottles.Where(t => t.Key == key).ExecuteDeleteAsync(cancel);
    }

    /// <summary>A right code, or new factors, end the count of wrong ones. Runs in the caller's transaction.</summary>
    public async Task ForgetCodesAsync(Guid userId, CancellationToken cancel)
    {
        await db.SignInThrottles.Where(t => t.Key == KeyOfCodesInHour(userId)).ExecuteDeleteAsync(cancel);
        await db.SignInThrottles.Where(t => t.Key == KeyOfCodes(userId)).ExecuteDeleteAsync(cancel);
    }

    private async Task<bool> CountAloneAsync(Func<Task<bool>> take, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
            try
            {
                var taken = false;
                await db.WriteAsync(async () =>
                {
                    taken = await take();
                    return Result.Ok;
                }, cancel);
                return taken;
            }
            catch (DbUpdateException) when (attempt < 3)
            {
                // Two first attempts at once both insert the row; the loser counts again on the winner's.
                db.ChangeTracker.Clear();
            }
    }

    private async Task<bool> TakeAsync(string key, Guid? userId, Action<SignInThrottle, DateTimeOffset> count, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var open = db.SignInThrottles.Where(t => t.Key == key && (t.BlockedUntil == null || t.BlockedUntil <= now));

        // The update locks the row: a parallel attempt waits, then sees this one counted. Between the statements another attempt may make
        // the row, or a success forget it: then it is tried again.
        while (await open.ExecuteUpdateAsync(throttle => throttle.SetProperty(t => t.Attempts, t => t.Attempts + 1), cancel) == 0)
        {
            if (await db.SignInThrottles.AnyAsync(t => t.Key == key && t.BlockedUntil > now, cancel))
                return false;
            if (await db.SignInThrottles.AnyAsync(t => t.Key == key, cancel))
                continue;
            db.SignInThrottles.Add(new() { Key = key, UserId = userId, FirstAttemptAt = now });
            await db.SaveChangesAsync(cancel);
            db.ChangeTracker.Clear();
        }

        var counted = await db.SignInThrottles.SingleAsync(t => t.Key == key, cancel);
        count(counted, now);
        await db.SaveChangesAsync(cancel);
        return true;
    }

    /// <summary>The same in a transaction of its own, for what is guessed while signed in.</summary>
    public async Task<bool> TakeAloneAsync(string key, Guid userId, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
            try
            {
                var taken = false;
                await db.WriteAsync(async () =>
                {
                    taken = await TakeAsync(key, userId, isAddress: false, cancel);
                    return Result.Ok;
                }, cancel);
                return taken;
            }
            catch (DbUpdateException) when (attempt < 3)
            {
                // Two first attempts at once both insert the row; the loser counts again on the winner's.
                db.ChangeTracker.Clear();
            }
    }

    public Task ForgetAsync(string key, CancellationToken cancel) => db.SignInThrottles.Where(t => t.Key == key).ExecuteDeleteAsync(cancel);

    /// <summary>Ends every pause of the user, after a reset.</summary>
    public Task ForgetAllAsync(Guid userId, CancellationToken cancel) => db.SignInThrottles.Where(t => t.UserId == userId).ExecuteDeleteAsync(cancel);

    /// <summary>Forgets the attempts after a success: all of the account or device, one of the address.</summary>
    public async Task ForgetAsync(string key, string addressKey, CancellationToken cancel)
    {
        // The address first, as when attempts are taken: two sign-ins that lock in different orders would wait for each other.
        await db.SignInThrottles.Where(t => t.Key == addressKey && t.Attempts > 0)
            .ExecuteUpdateAsync(throttle => throttle.SetProperty(t => t.Attempts, t => t.Attempts - 1).SetProperty(t => t.BlockedUntil, (DateTimeOffset?)null), cancel);
        await db.SignInThrottles.Where(t => t.Key == key).ExecuteDeleteAsync(cancel);
    }

    private void CountForAccount(SignInThrottle counted, DateTimeOffset now)
    {
        if (counted.Attempts % options.Value.MaxAttempts == 0)
            counted.BlockedUntil = counted.Attempts >= options.Value.HardLimit ? UntilSomebodyActs : now + PauseAfter(counted.Attempts);
    }

    private void CountForAddress(SignInThrottle counted, DateTimeOffset now) => CountIn(AddressWindow, options.Value.MaxPerAddress, counted, now);

    private static void CountInHour(SignInThrottle counted, DateTimeOffset now) => CountIn(TimeSpan.FromHours(1), CodesPerHour, counted, now);

    private static void CountInARow(SignInThrottle counted, DateTimeOffset now) =>
        counted.BlockedUntil = counted.Attempts >= CodesInARow ? UntilSomebodyActs : null;

    private static void CountIn(TimeSpan window, int maximum, SignInThrottle counted, DateTimeOffset now)
    {
        if (counted.FirstAttemptAt + window <= now)
            (counted.Attempts, counted.FirstAttemptAt, counted.BlockedUntil) = (1, now, null);
        else if (counted.Attempts >= maximum)
            counted.BlockedUntil = counted.FirstAttemptAt + window;
    }

    private TimeSpan PauseAfter(int attempts)
    {
        var doublings = Math.Min(attempts / options.Value.MaxAttempts - 1, 10);
        var pause = TimeSpan.FromMinutes(options.Value.PauseMinutes) * (1 << doublings);
        return pause < LongestPause ? pause : LongestPause;
    }
}
