using System.Diagnostics;

namespace UserAdmin.Bench;

/// <summary>Whether a stranger can tell by the time of an answer that an address has an account: known and unknown ones in turn, in random order (A06).</summary>
internal static class Even
{
    private const int Samples = 200;

    // Far more than one address may ask for: what is measured is the answer, not the refusal.
    private static readonly (string Name, string Value)[] Patience =
        [("UserAdmin__SignIn__RequestsPerAddress", "1000"), ("UserAdmin__SignIn__MaxPerAddress", "1000"), ("UserAdmin__SignIn__MailsPerMailbox", "20"), ("UserAdmin__Policies__RegistrationPolicy__Mode", "Open")];

    public static async Task MeasureAsync(Database database, string folder)
    {
        Report.Progress($"Comparing known and unknown addresses on {database.Title}");
        var emails = (await database.ReadAsync($"SELECT email FROM users WHERE activated_at IS NOT NULL AND deactivated_at IS NULL AND deleted_at IS NULL ORDER BY id LIMIT {2 * Samples}")).Select(row => row[0]).ToList();
        await using var portal = await Portal.StartAsync(database, folder, Patience);
        using var stranger = new Browser(portal.Url);
        var times = new Dictionary<string, List<double>>();
        for (var i = -5; i < Samples; i++)
        {
            var number = Math.Abs(i);
            (string Name, string Path, string Email)[] acts =
            [
                ("sign-in, known", "/account/sign-in", emails[2 * number % emails.Count]), ("sign-in, unknown", "/account/sign-in", $"nobody{i}@example.org"),
                ("forgotten password, known", "/account/forgot-password", emails[2 * number % emails.Count]), ("forgotten password, unknown", "/account/forgot-password", $"nobody{i}@example.org"),
                ("registration, known", "/account/register", emails[(2 * number + 1) % emails.Count]), ("registration, unknown", "/account/register", $"new{Guid.NewGuid():N}@example.org"),
            ];
            foreach (var act in acts.OrderBy(_ => Random.Shared.Next()))
            {
                var form = await stranger.PrepareAsync(act.Path, act.Email, "blue guitar river moss");
                var started = Stopwatch.GetTimestamp();
                var reply = await stranger.PostAsync(form);
                if (reply.Status != System.Net.HttpStatusCode.OK)
                    throw new InvalidOperationException($"{act.Name} answered {(int)reply.Status}");
                // The first ones warm up.
                if (i >= 0)
                    (times.TryGetValue(act.Name, out var kept) ? kept : times[act.Name] = []).Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        Report.Table(["answer", "samples", "median ms", "p95 ms"], times.OrderBy(entry => entry.Key).Select(entry => (string[])[
            entry.Key, $"{entry.Value.Count}", Report.Number(Report.Percentile(entry.Value, 0.5)), Report.Number(Report.Percentile(entry.Value, 0.95))]));
    }
}
