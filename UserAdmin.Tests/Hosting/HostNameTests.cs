using UserAdmin.Core.Common;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Web.Hosting;

namespace UserAdmin.Tests.Hosting;

public class HostNameTests
{
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK), InlineData("people.example.org", HttpStatusCode.OK), InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest), InlineData("people.example.org.evil.example", HttpStatusCode.BadRequest), InlineData("x.people.example.org", HttpStatusCode.BadRequest)]
    public async Task A13_The_portal_answers_for_its_own_names_only(string host, HttpStatusCode expected)
    {
        await using var app = await TestApp.StartAsync(("Portal:PublicUrl", "https://people.example.org"));
        using var browser = app.Open();

        using var response = await browser.Send(new(HttpMethod.Get, "/account/sign-in") { Headers = { Host = host } });

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A13_Links_are_made_of_the_configured_address()
    {
        await using var app = await TestApp.StartAsync(("Portal:PublicUrl", "https://people.example.org/"));

        Assert.Equal("https://people.example.org/account/activate/x", app.Services.GetRequiredService<PublicAddress>().Link("/account/activate/x"));
    }

    [Fact]
    public async Task A13_I03_Headers_that_claim_another_host_or_address_change_nothing()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open("192.0.2.99");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/users");
        foreach (var header in new[] { "X-Forwarded-Host", "X-Original-Host", "X-Forwarded-For", "Forwarded" })
            request.Headers.Add(header, header == "Forwarded" ? "host=evil.example;for=203.0.113.1" : "evil.example");

        using var response = await browser.Send(request);

        Assert.Equal("/account/sign-in?returnUrl=%2Fusers", response.Target);
    }
}
