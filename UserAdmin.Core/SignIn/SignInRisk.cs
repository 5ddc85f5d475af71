using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>How unusual a sign-in is, from 0 to 100, why, and what the policy makes of it.</summary>
public sealed record Risk(int Score, IReadOnlyList<string> Reasons, RiskResponse Response)
{
    /// <summary>From so much on a sign-in counts as suspicious: two or more things are unusual at once.</summary>
    public const int Suspicious = 50;

    public static Risk None { get; } = new(0, [], RiskResponse.Tell);

    public bool IsSuspicious => Score >= Suspicious;

    /// <summary>The second factor is asked for even where it was remembered.</summary>
    public bool RequiresSecondFactor => IsSuspicious && Response == RiskResponse.AskSecondFactor;

    public bool IsRefused => IsSuspicious && Response == RiskResponse.Block;

    /// <summary>The reasons as a session keeps them.</summary>
    public string? Words => Reasons.Count == 0 ? null : string.Join('\n', Reasons);

    /// <summary>What a half-open sign-in kept of its risk.</summary>
    public static Risk Of(PendingSignIn pending) => new(pending.RiskScore, pending.RiskReasons?.Split('\n') ?? [], RiskResponse.Tell);
}

/// <summary>Compares a sign-in with how its owner signed in before (S6). The very first one of an account can't be unusual.</summary>
public sealed class SignInRisk(UserAdminDbContext db, Devices devices, Policies policies, TimeProvider clock)
{
    private const int NewDevice = 30, NewNetwork = 20, FailuresBefore = 25, TwoPlaces = 30;
    private const int ManyFailures = 5;
    private const int SessionsLookedAt = 200;
    private static readonly TimeSpan JustBefore = TimeSpan.FromHours(1);
    private static readonly TimeSpan AtTheSameTime = TimeSpan.FromMinutes(10);

    /// <summary>Judges a proven first factor, before what came before is forgotten.</summary>
    public async Task<Risk> AssessAsync(User user, SignInOrigin origin, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var reasons = new List<(int Weight, string Words)>();
        var failures = await CountFailuresAsync(user.Id, now, cancel);
        if (failures >= ManyFailures)
            reasons.Add((FailuresBefore, $"{failures} failed sign-ins in the hour before"));
        if (user.LastSignInAt > User.Never)
            await CompareAsync(user.Id, origin, now, reasons, cancel);

        var policy = await policies.GetAsync<SessionPolicy>(cancel);
        return new(Math.Min(100, reasons.Sum(reason => reason.Weight)), [.. reasons.Select(reason => reason.Words)], policy.OnRisk);
    }

    private async Task CompareAsync(Guid userId, SignInOrigin origin, DateTimeOffset now, List<(int, string)> reasons, CancellationToken cancel)
    {
        var device = await devices.FindAsync(userId, origin, cancel);
        if (device is null)
            reasons.Add((NewDevice, $"New device: {UserAgentName.Of(origin.UserAgent)}"));
        else if (!Devices.IsUnchanged(device, origin))
            reasons.Add((NewDevice, $"The browser, system or language of the device {device.Name} changed"));

        // Whoever trusts a device travels with it.
        if (device?.TrustedAt is not null && Devices.IsUnchanged(device, origin) || NetworkOf(origin.Address) is not { } network)
            return;
        var before = await db.Sessions.Where(s => s.UserId == userId).OrderByDescending(s => s.LastActivityAt).Take(SessionsLookedAt)
            .Select(s => new { s.Address, s.LastActivityAt, s.EndedAt, s.DeviceId }).ToListAsync(cancel);
        if (before.Exists(s => NetworkOf(s.Address) == network))
            return;
        reasons.Add((NewNetwork, $"New network: {network}"));
        var elsewhere = before.Find(s => s.EndedAt is null && s.LastActivityAt + AtTheSameTime > now && NetworkOf(s.Address) is not null);
        if (elsewhere is not null)
            reasons.Add((TwoPlaces, $"In use from {elsewhere.Address} a few minutes before"));
    }

    private Task<int> CountFailuresAsync(Guid userId, DateTimeOffset now, CancellationToken cancel)
    {
        var (failed, since) = (AuditAction.SignInFailed.Code, AuditRecording.ToMicroseconds(now - JustBefore));
        return db.AuditEvents.CountAsync(e => e.TargetId == userId && e.UtcMicroseconds > since && e.Action == failed, cancel);
    }

    /// <summary>The part of an address that stays while somebody moves within a provider's network: /16, for IPv6 /48.</summary>
    internal static string? NetworkOf(string? address)
    {
        if (!IPAddress.TryParse(address, out var parsed))
            return null;
        var bytes = parsed.GetAddressBytes();
        if (parsed.AddressFamily == AddressFamily.InterNetwork)
            return $"{bytes[0]}.{bytes[1]}.*";
        bytes.AsSpan(6).Clear();
        return $"{new IPAddress(bytes)}/48";
    }
}
