using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;

namespace UserAdmin.Tests.Support;

/// <summary>A browser without scripts: keeps cookies, fills in forms, follows no redirects.</summary>
public sealed partial class Browser : IDisposable
{
    private readonly HttpClient client;
    private readonly CookieContainer cookies = new();

    public Browser(TestApp app, string address, string host)
    {
        Url = new($"https://{host}");
        client = app.CreateDefaultClient(Url, new CookieContainerHandler(cookies));
        client.DefaultRequestHeaders.Add(TestApp.AddressHeader, address);
    }

    public Uri Url { get; }

    /// <summary>Sends the header with every request from now on, instead of what was said before.</summary>
    public void Says(string header, string value)
    {
        client.DefaultRequestHeaders.Remove(header);
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Keep(string cookie, string value) => cookies.Add(Url, new Cookie(cookie, value) { Secure = true });

    public string? Cookie(string name) => cookies.GetCookies(Url)[name]?.Value;

    public void Forget(string cookie)
    {
        if (cookies.GetCookies(Url)[cookie] is { } kept)
            kept.Expired = true;
    }

    public Task<HttpResponseMessage> Get(string path) => client.GetAsync(path, Cancel);

    public Task<HttpResponseMessage> Send(HttpRequestMessage request) => client.SendAsync(request, Cancel);

    public Task<HttpResponseMessage> Post(string path, params (string Name, string Value)[] fields) =>
        client.PostAsync(path, Encode(fields), Cancel);

    /// <summary>Opens the page, fills in its form (fields without their "Form." in front) and submits it.</summary>
    public async Task<HttpResponseMessage> Submit(string path, params (string Name, string Value)[] fields)
    {
        using var page = await Get(path);
        return await Submit(path, await page.Text(), fields);
    }

    /// <summary>Fills in the first form, of those that a component handles, of a page that is open already.</summary>
    public Task<HttpResponseMessage> Submit(string path, string page, params (string Name, string Value)[] fields)
    {
        // A page may have other forms besides, which a script fills in.
        var start = page.LastIndexOf("<form", Math.Max(0, page.IndexOf("name=\"_handler\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        var form = start < 0 ? page : page[start..page.IndexOf("</form>", start, StringComparison.Ordinal)];
        var hidden = HiddenField().Matches(form).Select(field => (field.Groups["name"].Value, WebUtility.HtmlDecode(field.Groups["value"].Value)));
        return Post(path, [.. hidden, .. fields.Select(field => ($"Form.{field.Name}", field.Value))]);
    }

    public Task<HttpResponseMessage> SignIn(string login, string password = Cast.Password, string path = "/account/sign-in", bool remember = false) =>
        Submit(path, ("Login", login), ("Password", password), ("RememberMe", remember ? "true" : "false"));

    public void Dispose() => client.Dispose();

    private static FormUrlEncodedContent Encode(IEnumerable<(string Name, string Value)> fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)" */?>""")]
    private static partial Regex HiddenField();
}

public static class Responses
{
    extension(HttpResponseMessage response)
    {
        public async Task<string> Text() => await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        public string? Header(string name) =>
            response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

        /// <summary>Where a redirect leads, as path and query.</summary>
        public string? Target => response.Headers.Location is not { } to ? null : to.IsAbsoluteUri && (to.Host == "localhost" || to.Host.EndsWith(".localhost", StringComparison.Ordinal)) ? to.PathAndQuery : to.ToString();

        public IEnumerable<string> SetCookies => response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [];
    }
}
