using System.Net;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Hosting;

public class HealthTests
{
    [Fact]
    public async Task A_running_portal_is_alive_and_ready_and_tells_nothing_else()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();

        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            using var response = await stranger.Get(path);
            Assert.Equal((HttpStatusCode.OK, "Healthy"), (response.StatusCode, await response.Text()));
        }
    }

    [Fact]
    public async Task Without_its_database_the_portal_is_alive_but_not_ready()
    {
        await using var app = await TestApp.StartAsync(DatabaseProvider.PostgreSql);
        using var stranger = app.Open();
        await stranger.Get("/health/ready");

        await app.Database.LoseAsync();

        using var ready = await stranger.Get("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("Unhealthy", await ready.Text());
        Assert.Equal(HttpStatusCode.OK, (await stranger.Get("/health/live")).StatusCode);
    }
}
