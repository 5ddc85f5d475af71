using System.Net;
using System.Text.RegularExpressions;

namespace UserAdmin.Bench;

internal sealed record Reply(HttpStatusCode Status, int Bytes);

/// <summary>Keeps cookies, the Secure ones too although this is the loopback's plain HTTP, and follows no redirection.</summary>
internal sealed partial class Browser : IDisposable
{
    public const string UserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    private readonly Dictionary<string, string> cookies = [];
    private readonly HttpClient http;

    public Browser(Uri url)
    {
        Url = url;
        http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 64 }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html,application/json;q=0.9,*/*;q=0.8");
    }

    public Uri Url { get; }

    public string Cookies => string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    public void Forget() => cookies.Clear();

    public async Task<Reply> GetAsync(string path)
    {
        using var request = NewRequest(HttpMethod.Get, path);
        using var response = await http.SendAsync(request);
        return new(response.StatusCode, (int)response.Content.Headers.ContentLength.GetValueOrDefault((await response.Content.ReadAsByteArrayAsync()).Length));
    }

    public async Task<string> GetTextAsync(string path)
    {
        using var request = NewRequest(HttpMethod.Get, path);
        using var response = await http.SendAsync(request);
        Keep(response);
        return response.StatusCode == HttpStatusCode.OK
            ? await response.Content.ReadAsStringAsync()
            : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode} {response.Headers.Location}");
    }

    public async Task<string> PostTextAsync(string path, string body)
    {
        using var request = NewRequest(HttpMethod.Post, path, new StringContent(body));
        request.Headers.Add("Origin", Url.GetLeftPart(UriPartial.Authority));
        using var response = await http.SendAsync(request);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    /// <summary>Fills the sign-in form as it stands in the page. The answer can be posted again and again.</summary>
    public Task<SignInPost> PrepareSignInAsync(string email = Database.Email) => PrepareAsync("/account/sign-in", email, Database.Password);

    /// <summary>Fills a form: the address into every field of text.</summary>
    public async Task<SignInPost> PrepareAsync(string path, string email, string password)
    {
        var page = await GetTextAsync(path);
        var fields = new Dictionary<string, string>();
        foreach (var tag in Input().Matches(page).Select(match => match.Value))
        {
            if (Attribute(tag, "name") is not { } name)
                continue;
            fields[name] = Attribute(tag, "type") switch
            {
                "hidden" => Attribute(tag, "value") ?? "",
                "password" => password,
                "checkbox" => "false",
                _ => email,
            };
        }
        return new(Action().Match(page) is { Success: true } action ? WebUtility.HtmlDecode(action.Groups[1].Value) : path, fields, Cookies);
    }

    public async Task<Reply> PostAsync(SignInPost post)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, post.Path) { Content = new FormUrlEncodedContent(post.Fields) };
        request.Headers.Add("Cookie", post.Cookies);
        request.Headers.Add("Origin", Url.GetLeftPart(UriPartial.Authority));
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        Keep(response);
        return new(response.StatusCode, body.Length);
    }

    public async Task SignInAsync()
    {
        var reply = await PostAsync(await PrepareSignInAsync());
        if (reply.Status != HttpStatusCode.Redirect || !cookies.ContainsKey("__Host-useradmin"))
            throw new InvalidOperationException($"Sign-in as {Database.Email} answered {(int)reply.Status} with the cookies {string.Join(", ", cookies.Keys)}. Is the first administrator of this database another one?");
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage NewRequest(HttpMethod method, string path, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (cookies.Count > 0)
            request.Headers.Add("Cookie", Cookies);
        return request;
    }

    private void Keep(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
            foreach (var parts in set.Select(cookie => cookie.Split(';')[0].Split('=', 2)))
                lock (cookies)
                    cookies[parts[0]] = parts[1];
    }

    private static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $"\\s{name}=\"([^\"]*)\"") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Input();

    [GeneratedRegex("<form[^>]*action=\"([^\"]*)\"")]
    private static partial Regex Action();
}

internal sealed record SignInPost(string Path, IReadOnlyDictionary<string, string> Fields, string Cookies);
