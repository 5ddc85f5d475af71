using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Seeding;

/// <summary>Makes up the session of the last sign-in of every twentieth person or fewer. Nobody has its key.</summary>
internal static class DemoSessions
{
    private const int Most = 20_000;

    private static readonly string[] UserAgents =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    ];

    public static IEnumerable<Session> Make(IReadOnlyList<DemoPerson> people, DateTimeOffset now, Random random)
    {
        var limit = new SessionPolicy().AbsoluteLimit();
        var wanted = Math.Min(people.Count / 20 + 1, Most);
        foreach (var person in people.Where(p => p.Status == UserStatus.Active && p.LastSignInAt > User.Never && random.Next(people.Count) < wanted))
        {
            var at = person.LastSignInAt;
            var key = new byte[32];
            random.NextBytes(key);
            var lastActivityAt = at + TimeSpan.FromMinutes(180 * Math.Pow(random.NextDouble(), 3));
            var session = new Session
            {
                Id = Guid.CreateVersion7(at),
                UserId = person.Id,
                KeyHash = key,
                Address = DemoAddresses.Of(person.Id),
                UserAgent = UserAgents[random.Next(UserAgents.Length)],
                IsPersistent = random.Next(3) == 0,
                CreatedAt = at,
                LastActivityAt = lastActivityAt < now ? lastActivityAt : now,
                ExpiresAt = at + limit,
            };
            if (lastActivityAt < now && random.Next(5) > 0)
                session.End("Signed out", lastActivityAt);
            yield return session;
        }
    }
}
