using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Core.Sessions;

/// <summary>A device as a sign-in met it, and what its cookie holds from now on. A known device whose browser, system or language changed counts as new.</summary>
public sealed record Arrived(Device Device, string Cookie, bool IsNew);

/// <summary>
/// Recognises the browsers in which people signed in before. The cookie holds a random key for each of the last people who use the
/// browser, so that what one of them could copy is worth nothing for another.
/// </summary>
public sealed class Devices(UserAdminDbContext db, TimeProvider clock)
{
    private const int PeoplePerBrowser = 5;
    private const int KeyLength = 43;

    /// <summary>The device that the cookie proves for this user, or null for a strange or removed one.</summary>
    public Task<Device?> FindAsync(Guid userId, SignInOrigin origin, CancellationToken cancel)
    {
        List<byte[]> hashes = [.. KeysIn(origin.DeviceCookie).Select(SessionKey.Hash)];
        return db.Devices.AsNoTracking().Where(d => d.UserId == userId && hashes.Contains(d.KeyHash))
            .OrderByDescending(d => d.LastSeenAt).FirstOrDefaultAsync(cancel);
    }

    /// <summary>Whether the second factor needn't be asked for. A cookie that moved to another browser, system or language doesn't count.</summary>
    public async Task<bool> IsRememberedAsync(Guid userId, SignInOrigin origin, CancellationToken cancel) =>
        await FindAsync(userId, origin, cancel) is { } device && device.RememberedUntil > clock.GetUtcNow() && IsUnchanged(device, origin);

    /// <summary>Whether the browser, system and language are those the device was seen with last.</summary>
    internal static bool IsUnchanged(Device device, SignInOrigin origin) => device.HasSignals(SignalsOf(origin));

    /// <summary>Remembers the device of a session for the second factor, in the caller's transaction; the caller saves.</summary>
    public async Task RememberAsync(Guid deviceId, DateTimeOffset until, CancellationToken cancel)
    {
        if (await db.Devices.FindAsync([deviceId], cancel) is { } device)
            device.RememberedUntil = until;
    }

    /// <summary>Asks for the second factor everywhere again, in the caller's transaction. The devices stay known.</summary>
    public Task ForgetAllAsync(Guid userId, CancellationToken cancel) =>
        db.Devices.Where(d => d.UserId == userId && d.RememberedUntil != null)
            .ExecuteUpdateAsync(device => device.SetProperty(d => d.RememberedUntil, (DateTimeOffset?)null), cancel);

    /// <summary>Notes that the user signs in on the device now, known or not; the caller saves.</summary>
    internal async Task<Arrived> ArriveAsync(Guid userId, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        var keys = KeysIn(origin.DeviceCookie);
        var signals = SignalsOf(origin);
        var known = await FindAsync(userId, origin, cancel);
        var device = known is null ? null : await db.Devices.SingleOrDefaultAsync(d => d.Id == known.Id, cancel);
        var key = device is null ? SessionKey.Create() : keys.First(k => SessionKey.Hash(k).AsSpan().SequenceEqual(device.KeyHash));
        var isNew = device is null || !device.HasSignals(signals);
        if (device is null)
            db.Devices.Add(device = new() { UserId = userId, KeyHash = SessionKey.Hash(key), Name = UserAgentName.Of(origin.UserAgent), FirstSeenAt = now });
        device.Meet(signals, origin, now);
        return new(device, string.Join('.', keys.Where(k => k != key).Prepend(key).Take(PeoplePerBrowser)), isNew);
    }

    private static List<string> KeysIn(string? cookie) =>
        [.. (cookie ?? "").Split('.').Where(key => key.Length == KeyLength).Take(PeoplePerBrowser)];

    private static byte[] SignalsOf(SignInOrigin origin) => SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{UserAgentName.BrowserOf(origin.UserAgent)}\n{UserAgentName.SystemOf(origin.UserAgent)}\n{origin.Languages}"));
}
