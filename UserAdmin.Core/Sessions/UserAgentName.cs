namespace UserAdmin.Core.Sessions;

/// <summary>Browser and system in a few words. Only for people to recognise their devices: a user agent can say anything.</summary>
internal static class UserAgentName
{
    // The order matters: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
    private static readonly (string Sign, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Sign, string Name)[] Systems =
        [("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static IReadOnlyList<string> BrowserNames { get; } = [.. Browsers.Select(browser => browser.Name).Distinct().Order()];

    public static IReadOnlyList<string> SystemNames { get; } = [.. Systems.Select(system => system.Name).Order()];

    public static string Of(string? userAgent)
    {
        var (browser, system) = (BrowserOf(userAgent), SystemOf(userAgent));
        return (browser, system) switch
        {
            (null, null) => "Unknown device",
            (_, null) => browser,
            (null, _) => system,
            _ => $"{browser} on {system}",
        };
    }

    public static string? BrowserOf(string? userAgent) => Find(Browsers, userAgent);

    public static string? SystemOf(string? userAgent) => Find(Systems, userAgent);

    private static string? Find((string Sign, string Name)[] known, string? userAgent) =>
        userAgent is null ? null : known.FirstOrDefault(entry => userAgent.Contains(entry.Sign, StringComparison.Ordinal)).Name;
}
