using System.Text.Json.Nodes;
using UserAdmin.Core.Audit;

namespace UserAdmin.Tests.Api;

/// <summary>Finding people over HTTP: who has no second factor, who may do what, who signed in when.</summary>
public class CoverageApiTests
{
    [Fact]
    public async Task M9_Who_has_no_second_factor_is_listed_counted_reminded_and_required_to_have_one()
    {
        await using var app = await TestApp.StartAsync();
        await TwoFactor.Guarded.GivenProtected(app, Bob);
        var (carol, dave) = (await app.Given(Carol), await app.Given(Dave, user => user.SecondFactorDueAt = app.Clock.Now.AddDays(-1)));
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        async Task<string> Names(string query) => string.Join(' ', Items(await (await program.Get($"/api/v1/second-factor-coverage?{query}")).Json()).Select(row => (string)row["full_name"]!));

        var figures = await (await program.Counted("/api/v1/second-factor-coverage/figures")).Json();
        var first = await (await program.Get("/api/v1/second-factor-coverage?page_size=2")).Json();
        var second = await (await program.Get(new Uri((string)first["next"]!).PathAndQuery)).Json();

        Assert.Equal((4, 1, 3, 1, 1, 1), ((int)figures["people"]!, (int)figures["protected"]!, (int)figures["lacking"]!, (int)figures["with_authenticator"]!, (int)figures["with_passkey"]!, (int)figures["overdue"]!));
        Assert.Equal((3, "Alice Archer", "overdue", "Dave Dyer"), ((int)first["count"]!, (string)Items(first)[0]["full_name"]!, (string)Items(second).Single()["state"]!, (string)Items(second).Single()["full_name"]!));
        Assert.Equal(("Dave Dyer", "Carol Cooper", "Alice Archer", 400), (await Names("state=overdue"), await Names("search=coop"), await Names($"role={SystemRoles.Owner.Id}"), (await program.Get("/api/v1/second-factor-coverage?state=x")).Status));

        var reminded = await (await program.Post("/api/v1/second-factor-coverage/remind", new { ids = new[] { carol.Id } })).Json();
        var again = await (await program.Post("/api/v1/second-factor-coverage/remind", new { all = true, search = "coop" })).Json();
        var required = await (await program.Post("/api/v1/second-factor-coverage/require", new { ids = new[] { carol.Id, dave.Id }, reason = "New rule" })).Json();
        using var nobody = await program.Post("/api/v1/second-factor-coverage/remind", new { });
        using var twofold = await program.Post("/api/v1/second-factor-coverage/require", new { ids = new[] { carol.Id }, all = true });

        Assert.Equal((1, 0, 0, 1, 1, 1), ((int)reminded["told"]!, (int)reminded["skipped"]!, (int)again["told"]!, (int)again["skipped"]!, (int)required["told"]!, (int)required["skipped"]!));
        Assert.Equal(("ids", "ids"), (Assert.Single(await AccountApiTests.Fields(nobody)), Assert.Single(await AccountApiTests.Fields(twofold))));
        Assert.Equal("New rule", (await app.Event(AuditAction.FactorRequired)).Reason);
    }

    [Fact]
    public async Task M5_A_second_factor_is_required_of_one_user_and_released()
    {
        await using var app = await TestApp.StartAsync();
        var path = $"/api/v1/users/{(await app.Given(Carol)).Id}/second-factor";
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var frank = await ApiClient.SignInAsync(app, await app.Given(Frank));

        using var required = await program.Post($"{path}/require", new { reason = "Has the keys" });
        var known = await (await program.Get(path)).Json();
        using var twice = await program.Post($"{path}/require", new { reason = "Has the keys" });
        using var helpDesk = await frank.Post($"{path}/release");
        using var released = await program.Post($"{path}/release");
        var free = await (await program.Get(path)).Json();
        using var unknown = await program.Post($"/api/v1/users/{Guid.NewGuid()}/second-factor/require");

        Assert.Equal((204, 409, 403, 204, 404), (required.Status, twice.Status, helpDesk.Status, released.Status, unknown.Status));
        Assert.Equal((true, true, false, null), ((bool)known["is_required_by_name"]!, known["enrol_by"] is not null, (bool)free["is_required_by_name"]!, (string?)free["enrol_by"]));
    }

    [Fact]
    public async Task E05_Who_looks_after_one_organization_sees_and_reaches_its_people_alone()
    {
        await using var app = await TestApp.StartAsync();
        var (acme, other) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"));
        var (carol, dave) = (await app.Given(Carol, SystemRoles.Administrator, acme), await app.Given(Dave, SystemRoles.Agent, other));
        using var program = await ApiClient.SignInAsync(app, carol);
        var foreign = await (await TestTenant.MakeAsync(app, "acme")).Given(Bob);

        var seen = await (await program.Get("/api/v1/second-factor-coverage")).Json();
        var reminded = await (await program.Post("/api/v1/second-factor-coverage/remind", new { ids = new[] { dave.Id } })).Json();
        using var required = await program.Post($"/api/v1/users/{dave.Id}/second-factor/require");
        using var compared = await program.Get($"/api/v1/users/{carol.Id}/access/comparison/{dave.Id}");
        using var ofOthers = await program.Get($"/api/v1/users/{foreign.Id}/access/comparison/{carol.Id}");

        Assert.Equal(["Carol Cooper"], Items(seen).Select(row => (string)row["full_name"]!));
        Assert.Equal((0, 404, 404, 404), ((int)reminded["told"]!, required.Status, compared.Status, ofOthers.Status));
    }

    [Fact]
    public async Task R12_What_two_users_may_do_is_compared()
    {
        await using var app = await TestApp.StartAsync();
        var acme = await app.GivenPlace("Acme");
        var (frank, carol) = (await app.Given(Frank), await app.Given(Carol, SystemRoles.Agent, acme));
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var compared = await (await program.Get($"/api/v1/users/{frank.Id}/access/comparison/{carol.Id}")).Json();
        using var nobody = await program.Get($"/api/v1/users/{frank.Id}/access/comparison/{Guid.NewGuid()}");
        string Codes(string part) => string.Join(' ', Items(compared, part).Select(row => (string)row["permission"]!));

        Assert.Contains("users.reset_password", Codes("only_first").Split(' '));
        Assert.Equal("users.edit", Codes("only_second"));
        var view = Items(compared, "both").Single(row => (string)row["permission"]! == "users.view");
        Assert.Equal((true, false, "Acme"), ((bool)view["first"]!["is_everywhere"]!, (bool)view["second"]!["is_everywhere"]!, (string)view["second"]!["organizations"]![0]!));
        Assert.Equal((404, null), (nobody.Status, Items(compared, "only_second")[0]["first"]));
    }

    [Fact]
    public async Task H1_Users_are_found_by_their_last_sign_in_and_by_custom_fields()
    {
        await using var app = await TestApp.StartAsync();
        var now = app.Clock.Now;
        await app.Given(Bob, user => user.LastSignInAt = now.AddDays(-3));
        await app.Given(Carol, user => user.LastSignInAt = now.AddDays(-10));
        var dave = await app.Given(Dave);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        await program.Post("/api/v1/custom-fields", new { key = "room", label = "Room", kind = "text" });
        await program.Patch($"/api/v1/users/{dave.Id}", """{"custom_fields":{"room":"North 1"}}""");
        async Task<string> Names(string query) => string.Join(' ', Items(await (await program.Get($"/api/v1/users?ordering=username&{query}")).Json()).Select(row => (string)row["first_name"]!));

        Assert.Equal("Bob", await Names($"last_sign_in_from={now.AddDays(-5):yyyy-MM-dd}&last_sign_in_to={now:yyyy-MM-dd}"));
        Assert.Equal("Carol", await Names($"last_sign_in_to={now.AddDays(-5):yyyy-MM-dd}"));
        Assert.Equal(("Bob Carol", "Dave"), (await Names("has_signed_in=true"), (await Names("has_signed_in=false")).Replace("Alice ", "", StringComparison.Ordinal)));
        Assert.Equal(("Dave", "Dave", ""), (await Names("custom.room=North%201"), await Names("custom.room="), await Names("custom.room=South")));
        using var unknown = await program.Get("/api/v1/users?custom.size=S");
        Assert.Equal((400, "custom.size"), (unknown.Status, Assert.Single(await AccountApiTests.Fields(unknown))));
    }

    private static List<JsonObject> Items(JsonObject page, string field = "results") => [.. page[field]!.AsArray().Select(item => item!.AsObject())];
}
