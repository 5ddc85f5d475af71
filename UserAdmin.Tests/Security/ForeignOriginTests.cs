using System.Net;

namespace UserAdmin.Tests.Security;

public class ForeignOriginTests
{
    private const string Own = "https://localhost";

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("https://localhost.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost", HttpStatusCode.Forbidden)]
    [InlineData("https://localhost:8443", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Forbidden)]
    [InlineData(Own, HttpStatusCode.OK)]
    public async Task C08_Only_our_own_pages_negotiate_a_circuit(string? origin, HttpStatusCode expected)
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        using var response = await browser.Send(From(origin, HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1"));

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory, InlineData("https://evil.example"), InlineData("null"), InlineData(null)]
    public async Task C08_A_foreign_page_cannot_open_a_web_socket(string? origin)
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Connect(app, browser, origin));

        Assert.Contains("403", refused.Message);
    }

    [Fact]
    public async Task C08_Our_own_page_can_open_a_web_socket()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        using var socket = await Connect(app, browser, Own);

        Assert.Equal(System.Net.WebSockets.WebSocketState.Open, socket.State);
    }

    [Theory, InlineData("https://evil.example"), InlineData(null)]
    public async Task C08_The_fallback_transports_are_closed_to_foreign_pages_too(string? origin)
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        using var negotiated = await browser.Send(From(Own, HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1"));
        var token = System.Text.Json.JsonDocument.Parse(await negotiated.Text()).RootElement.GetProperty("connectionToken").GetString();

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete })
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.Send(From(origin, method, $"/_blazor?id={token}"))).StatusCode);
    }

    [Fact]
    public async Task C12_Somebody_who_is_not_signed_in_gets_no_circuit()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();

        using var response = await stranger.Send(From(Own, HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1"));

        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task F06_A_form_without_its_token_or_with_somebody_elses_is_refused()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        using var stranger = app.Open();
        using var theirs = await stranger.Get("/account/sign-in");
        using var page = await browser.Get("/me");

        using var without = await browser.Post("/account/sign-out", ("x", "y"));
        using var foreign = await browser.Submit("/account/sign-out", await theirs.Text());
        using var signIn = await app.Open().Post("/account/sign-in", ("_handler", "sign-in"), ("Form.Login", "alice"), ("Form.Password", Password));

        Assert.All([without, foreign, signIn], response => Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        Assert.Equal(0, await app.CountEvents());
    }

    [Fact]
    public async Task F06_Reading_an_address_changes_nothing()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        using var response = await browser.Get("/account/sign-out");

        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
    }

    private static HttpRequestMessage From(string? origin, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return request;
    }

    private static Task<System.Net.WebSockets.WebSocket> Connect(TestApp app, Browser browser, string? origin)
    {
        var client = app.Server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            request.Headers.Cookie = $"__Host-useradmin={browser.Cookie("__Host-useradmin")}";
            if (origin is not null)
                request.Headers.Origin = origin;
        };
        return client.ConnectAsync(new("wss://localhost/_blazor"), TestContext.Current.CancellationToken);
    }
}
