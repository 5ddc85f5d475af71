using System.Net;
using UserAdmin.Bench;
using UserAdmin.Core.Common;

namespace UserAdmin.Tests.Security;

public class CircuitTests
{
    private const string BlazorScript = "<script src=\"_framework/blazor.web";
    private const string TooMany = "have too many pages of this portal open";

    [Fact]
    public async Task C12_A_page_that_can_be_connected_has_the_script_for_it()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await app.SignInAs(app.Alice);

        Assert.Contains(BlazorScript, await (await alice.Get("/me/sessions")).Text());
    }

    [Fact]
    public async Task C12_A_user_has_a_limited_number_of_connected_pages_and_the_next_one_says_so()
    {
        await using var app = await TestApp.StartAsync(("Portal:PagesPerUser", "3"));
        using var carol = await app.SignInAs(await app.Given(Carol));
        using var dave = await app.SignInAs(await app.Given(Dave));
        var open = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => CircuitSocket.ConnectAsync(app, carol)));

        Assert.Contains("429", (await Assert.ThrowsAsync<InvalidOperationException>(() => CircuitSocket.ConnectAsync(app, carol))).Message);
        var page = await (await carol.Get("/me")).Text();
        Assert.Contains(TooMany, page);
        Assert.DoesNotContain(BlazorScript, page);
        using var his = await CircuitSocket.ConnectAsync(app, dave);
        Assert.DoesNotContain(TooMany, await (await dave.Get("/me")).Text());

        await open[0].CloseAsync();
        await Until(async () => !(await (await carol.Get("/me")).Text()).Contains(TooMany, StringComparison.Ordinal));
        using var again = await CircuitSocket.ConnectAsync(app, carol);
        foreach (var socket in open)
            socket.Dispose();
    }

    [Fact]
    public async Task C12_An_address_has_a_limited_number_of_connected_pages_and_signing_in_needs_none()
    {
        await using var app = await TestApp.StartAsync(("Portal:PagesPerAddress", "1"));
        await app.Given(Dave);
        using var carol = await app.SignInAs(await app.Given(Carol));
        using var first = await CircuitSocket.ConnectAsync(app, carol, "192.0.2.1");

        await Assert.ThrowsAsync<InvalidOperationException>(() => CircuitSocket.ConnectAsync(app, carol, "192.0.2.1"));
        using var elsewhere = await CircuitSocket.ConnectAsync(app, carol, "192.0.2.2");
        using var dave = app.Open("192.0.2.1");
        var page = await (await dave.Get("/account/sign-in")).Text();

        Assert.DoesNotContain(BlazorScript, page);
        Assert.DoesNotContain(TooMany, page);
        Assert.Equal(HttpStatusCode.Found, (await dave.SignIn("dave")).StatusCode);
    }

    [Theory, InlineData(20, false), InlineData(40, true)]
    public async Task C12_A_message_of_more_than_32_KB_ends_the_connection(int kilobytes, bool isRefused)
    {
        await using var app = await TestApp.StartAsync();
        using var carol = await app.SignInAs(await app.Given(Carol));
        using var socket = await CircuitSocket.ConnectAsync(app, carol);

        var unknown = BlazorPack.Frame(1, new Dictionary<string, string>(), "0", "NoSuchMethod", new object?[] { new string('x', kilobytes * 1024) }, Array.Empty<object>());
        await socket.SendAsync(unknown);

        Assert.Equal(isRefused, await socket.IsClosedByServerAsync());
    }

    [Fact]
    public async Task C09_Nobody_connects_to_the_circuit_of_somebody_else_or_of_a_session_that_has_ended()
    {
        await using var app = await TestApp.StartAsync();
        using var carol = await app.SignInAs(await app.Given(Carol));
        using var dave = await app.SignInAs(await app.Given(Dave));
        using var first = await CircuitSocket.ConnectAsync(app, carol);
        var circuit = await first.StartAsync(carol, "/me/sessions");

        using var his = await CircuitSocket.ConnectAsync(app, dave);
        Assert.Equal(false, await his.CallAsync("ConnectCircuit", circuit));
        Assert.Null(await his.CallAsync("ResumeCircuit", circuit, "https://localhost/", "https://localhost/me/sessions", "[]", ""));
        Assert.Equal(false, await his.CallAsync("ConnectCircuit", "a secret that nobody was given"));

        using var hers = await CircuitSocket.ConnectAsync(app, carol);
        Assert.Equal(true, await hers.CallAsync("ConnectCircuit", circuit));
        using var page = await carol.Get("/me/sessions");
        await carol.Submit("/account/sign-out", await page.Text());
        await Assert.ThrowsAsync<InvalidOperationException>(() => CircuitSocket.ConnectAsync(app, carol));
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (!await condition())
            Assert.True(DateTime.UtcNow < deadline, "It did not happen within ten seconds.");
    }
}
