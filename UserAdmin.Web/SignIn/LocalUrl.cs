namespace UserAdmin.Web.SignIn;

/// <summary>Keeps redirects inside the portal (ASVS 3.7.2): the address is resolved as a browser would, not matched by its first letters.</summary>
internal static class LocalUrl
{
    private static readonly Uri Here = new("https://portal.invalid/");

    public static string OrHome(string? url)
    {
        if (string.IsNullOrEmpty(url) || url[0] != '/' || url.Contains('\\') || url.Any(char.IsControl))
            return "/";
        return Uri.TryCreate(Here, url, out var resolved) && resolved.Host == Here.Host && resolved.Scheme == Here.Scheme && !url.StartsWith("//", StringComparison.Ordinal)
            ? resolved.PathAndQuery
            : "/";
    }
}
