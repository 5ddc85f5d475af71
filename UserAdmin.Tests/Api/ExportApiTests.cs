using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Api;

public class ExportApiTests
{
    [Fact]
    public async Task G07_G08_A_file_is_ordered_watched_and_downloaded_by_its_maker_alone()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var other = await ApiClient.SignInAsync(app, await app.Given(Bob));

        using var ordered = await program.Post("/api/v1/exports", new { list = "users", format = "csv", query = new { filter = new { search = "alice" }, columns = new[] { "Email" } } });
        var path = ordered.Headers.Location!.PathAndQuery;
        var waiting = await ordered.Json();
        using var early = await program.Get($"{path}/download");
        Assert.True(await app.Services.GetRequiredService<ExportRunner>().RunNextAsync(app.Services.GetRequiredService<TenantDirectory>().Default, TestContext.Current.CancellationToken));
        var done = await (await program.Get(path)).Json();
        using var file = await program.Get($"{path}/download");
        using var foreign = await other.Get($"{path}/download");
        using var removed = await program.Delete(path);

        Assert.Equal((202, "waiting", 404, "done", 1L), (ordered.Status, (string)waiting["state"]!, early.Status, (string)done["state"]!, (long)done["rows"]!));
        Assert.Equal(("text/csv", "\uFEFF\"Name\",\"Email\"\r\n\"Alice Archer\",\"alice@example.org\"\r\n"), (file.Content.Headers.ContentType?.MediaType, System.Text.Encoding.UTF8.GetString(await file.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))));
        Assert.Equal((404, 204, 404), (foreign.Status, removed.Status, (await program.Get(path)).Status));
    }

    [Fact]
    public async Task G08_What_waits_is_canceled_and_a_creation_that_is_sent_twice_orders_once()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var order = new { list = "my-sessions", format = "json" };

        using var first = await program.Post("/api/v1/exports", order, ("Idempotency-Key", "one"));
        using var again = await program.Post("/api/v1/exports", order, ("Idempotency-Key", "one"));
        var listed = await (await program.Get("/api/v1/exports")).Json();
        using var canceled = await program.Delete(first.Headers.Location!.PathAndQuery);

        Assert.Equal((202, 202, first.Headers.Location, 1L), (first.Status, again.Status, again.Headers.Location, (long)listed["count"]!));
        Assert.Equal((204, "canceled"), (canceled.Status, (string)(await (await program.Get(first.Headers.Location!.PathAndQuery)).Json())["state"]!));
    }

    [Fact]
    public async Task G07_Lists_that_are_not_for_the_caller_or_not_there_or_asked_wrongly_are_refused()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var carol = await ApiClient.SignInAsync(app, await app.Given(Carol));

        Assert.Equal(403, (await carol.Post("/api/v1/exports", new { list = "users", format = "csv" })).Status);
        Assert.Equal(202, (await carol.Post("/api/v1/exports", new { list = "my-sessions", format = "csv" })).Status);
        Assert.Equal(404, (await alice.Post("/api/v1/exports", new { list = "secrets", format = "csv" })).Status);
        Assert.Equal(400, (await alice.Post("/api/v1/exports", new { list = "users", format = "csv", time_zone = "Nowhere/City" })).Status);
        Assert.Equal(400, (await alice.Post("/api/v1/exports", new { list = "users", format = "doc" })).Status);
        Assert.Equal(400, (await alice.Post("/api/v1/exports", new { list = "audit", format = "csv", query = new { from = "soon" } })).Status);
        Assert.Equal(400, (await alice.Post("/api/v1/exports", new { list = "roles", format = "csv", query = new { serach = "own" } })).Status);
    }
}
