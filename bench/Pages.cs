namespace UserAdmin.Bench;

/// <summary>The page views and requests that are measured.</summary>
internal static class Pages
{
    private const int Rows = 25;

    public static IReadOnlyList<Target> OfBare(Server server, Browser browser, Samples samples)
    {
        Target Get(string name, Func<int, string> path) => new(name, server, i => browser.GetAsync(path(i)));
        var lastPage = Math.Max(0, samples.Users - Rows);
        return
        [
            Get("bare: list, first page, count", _ => $"/list?rows={Rows}&offset=0"),
            Get("bare: list, last page by offset, count", _ => $"/list?rows={Rows}&offset={lastPage}"),
            Get("bare: search, many matches, LIKE, count", _ => $"/search?rows={Rows}&text={samples.CommonWord}"),
            Get("bare: search, one match, LIKE, count", i => $"/search?rows={Rows}&text={Uri.EscapeDataString(Pick(samples.Emails, i).ToUpperInvariant())}"),
            Get("bare: a person", i => $"/user/{Pick(samples.Ids, i)}"),
            Get("bare: HTML, first page, count", _ => $"/html?rows={Rows}&offset=0"),
            Get("bare: HTML, 100 rows, count", _ => "/html?rows=100&offset=0"),
            Get("bare: HTML, last page by offset, count", _ => $"/html?rows={Rows}&offset={lastPage}"),
        ];
    }

    /// <summary>Of the portal: whole prerendered pages for a signed-in administrator.</summary>
    public static IReadOnlyList<Target> OfPortal(Server server, Browser browser, Browser stranger, Samples samples, SignInPost signIn)
    {
        Target Get(string name, Func<int, string> path, string? bare = null) => new(name, server, i => browser.GetAsync(path(i)), bare);
        const string first = "bare: HTML, first page, count", last = "bare: HTML, last page by offset, count";
        string Id(int i) => Pick(samples.Ids, i);
        var day = DateTime.UtcNow.AddDays(-20).ToString("yyyy-MM-dd");
        return
        [
            Get("users: first page", _ => "/users", first),
            Get("users: first page of 100", _ => "/users?size=100", "bare: HTML, 100 rows, count"),
            Get("users: by last sign-in", _ => "/users?sort=-last-sign-in", first),
            Get("users: inactive", _ => "/users?status=inactive", first),
            Get("users: locked", _ => "/users?status=locked", first),
            Get("users: pending", _ => "/users?status=pending", first),
            Get("users: active", _ => "/users?status=active", first),
            Get("users: two statuses", _ => "/users?status=inactive,locked", first),
            Get("users: without two-factor", _ => "/users?two-factor=no", first),
            Get("users: administrators", _ => "/users?administrator=yes", first),
            Get("users: last page", _ => "/users?at=end", last),
            Get("users: deep page", i => $"/users?after={Id(i)}", last),
            Get("users: without two-factor, last page", _ => "/users?two-factor=no&at=end", last),
            Get("users: search, one match", i => $"/users?search={Uri.EscapeDataString(Pick(samples.Emails, i))}", "bare: search, one match, LIKE, count"),
            Get("users: search, many matches", _ => $"/users?search={samples.CommonWord}", "bare: search, many matches, LIKE, count"),
            Get("users: search, two letters", _ => $"/users?search={samples.CommonWord[..2]}", "bare: search, many matches, LIKE, count"),
            Get("users: search, two letters, nobody", _ => "/users?search=qx", "bare: search, many matches, LIKE, count"),
            Get("person", i => $"/users/{Id(i)}", "bare: a person"),
            Get("person: sessions", i => $"/users/{Id(i)}/sessions", "bare: a person"),
            Get("person: activity", i => $"/users/{Id(i)}/activity", "bare: a person"),
            Get("audit: first page", _ => "/audit", first),
            Get("audit: last page", _ => "/audit?at=end", last),
            Get("audit: by person", i => $"/audit?actor={Pick(samples.Actors, i)}", first),
            Get("audit: by target", i => $"/audit?target={Pick(samples.Targets, i)}", first),
            Get("audit: by frequent action", _ => "/audit?action=sign_in.succeeded", first),
            Get("audit: by rare action", _ => "/audit?action=user.purged", first),
            Get("audit: by category", _ => "/audit?category=users", first),
            Get("audit: by outcome", _ => "/audit?outcome=denied", first),
            Get("audit: by address", i => $"/audit?address={Uri.EscapeDataString(Pick(samples.Addresses, i))}", first),
            Get("audit: by time", _ => $"/audit?from={day}&to={day}", first),
            Get("audit: action and outcome that never meet", _ => "/audit?action=sign_in.succeeded&outcome=denied", first),
            Get("audit: action and category that never meet", _ => "/audit?action=sign_in.succeeded&category=users", first),
            Get("audit: busiest person, rare action", _ => $"/audit?actor={samples.BusiestActor}&action=user.restored", first),
            Get("audit: busiest person, denied", _ => $"/audit?actor={samples.BusiestActor}&outcome=denied", first),
            Get("audit: busiest address, rare action", _ => $"/audit?address={samples.BusiestAddress}&action=user.restored", first),
            Get("dashboard", _ => "/", first),
            new("sign-in (POST)", server, _ => stranger.PostAsync(signIn), Expected: 302),
        ];
    }

    /// <summary>What somebody clicks in the list of users.</summary>
    public static string Click(int number, Samples samples) => (number % 6) switch
    {
        0 => "/users?sort=email",
        1 => $"/users?after={Pick(samples.Ids, number)}",
        2 => "/users?status=inactive",
        3 => $"/users?search={samples.CommonWord}",
        4 => "/users?sort=-created",
        _ => "/users?sort=-name",
    };

    public static string ClickInBare(int number, Samples samples) => $"/circuit?page={new string('x', number % 7)}{samples.CommonWord}";

    private static string Pick(IReadOnlyList<string> from, int number) => from[number % from.Count];
}
