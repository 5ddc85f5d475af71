using System.Globalization;

namespace UserAdmin.Core.Seeding;

/// <summary>Network addresses of the ranges that are kept free for documentation (RFC 5737, RFC 3849).</summary>
internal static class DemoAddresses
{
    private const int Offices = 60;

    private static readonly string[] All =
    [
        .. from host in Enumerable.Range(1, 254) from network in new[] { "192.0.2", "198.51.100", "203.0.113" } select string.Create(CultureInfo.InvariantCulture, $"{network}.{host}"),
        .. from host in Enumerable.Range(1, 2500) select string.Create(CultureInfo.InvariantCulture, $"2001:db8:{host:x}::{host % 97 + 1:x}"),
    ];

    /// <summary>Where this person usually is: two in five share the addresses of some offices.</summary>
    public static string Of(Guid personId)
    {
        var number = (uint)personId.GetHashCode();
        return All[number % 5 < 2 ? number % Offices : number % All.Length];
    }

    public static string Any(Random random) => All[random.Next(All.Length)];
}
