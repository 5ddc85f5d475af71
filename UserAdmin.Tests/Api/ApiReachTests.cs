using System.Text.Json.Nodes;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Api;

/// <summary>Walks over all that the OpenAPI document promises with identifiers of others: of another tenant, and of another organization.</summary>
public class ApiReachTests
{
    private static readonly (string Name, string Value)[] Unlimited = [("Api:Docs", "true"), ("Api:RequestsPerMinute", "1000000"), ("Api:RequestsPerMinuteAndAddress", "1000000"), ("Api:SignInsPerMinuteAndAddress", "100000")];

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task E02_E04_What_another_tenant_has_is_answered_like_what_nobody_has_and_stays_as_it_is(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, Unlimited);
        var (blue, green) = (await TestTenant.MakeAsync(app, "blue"), await TestTenant.MakeAsync(app, "green"));
        var theirs = await ApiRecords.MakeAsync(green);
        var nobodys = ApiRecords.OfNobody(theirs);
        var contract = await ApiContract.ReadAsync(app);
        using var canary = await ApiClient.SignInAsync(app, green, green.Alice);
        using var inBlue = await ApiClient.SignInAsync(app, blue, blue.Alice);
        using var atHome = await ApiClient.SignInAsync(app, app.Alice);
        Assert.Contains(ApiRecords.Word, await (await canary.Get($"/api/v1/users/{theirs["users"]}")).Text());
        var (before, ownBefore, homeBefore) = (await DatabaseImage.TakeAsync(green), await DatabaseImage.TakeAsync(blue), await DatabaseImage.TakeAsync(app));

        List<string> wrong = [];
        foreach (var operation in contract.Operations.Where(ApiRecords.HasIdentifier))
            foreach (var (who, program) in new[] { ("blue", inBlue), ("the default tenant", atHome) })
            {
                var (body, address) = (operation.Body?["example"]?.ToJsonString(), theirs.AddressOf(operation));
                using var answer = await program.Send(new(operation.Method), address, body);
                using var random = await program.Send(new(operation.Method), nobodys.AddressOf(operation), body);
                var (text, wanted) = (await answer.Text(), await random.Text());
                if ((answer.Status, CodeOf(text)) != (random.Status, CodeOf(wanted)))
                    wrong.Add($"{operation} from {who}: {answer.Status} {CodeOf(text)} instead of {random.Status} {CodeOf(wanted)}");
                if (text.Contains(ApiRecords.Word, StringComparison.OrdinalIgnoreCase))
                    wrong.Add($"{operation} from {who} tells of the other tenant");
                if (answer.Status is (< 400 or >= 500) && !IsHarmless(operation))
                    wrong.Add($"{operation} from {who}: {answer.Status}");
            }
        foreach (var operation in contract.Operations.Where(operation => operation.Method == "GET" && !operation.Path.Contains('{', StringComparison.Ordinal)))
            foreach (var (name, _, schema) in operation.Parameters.Where(parameter => parameter.In == "query" && (string?)parameter.Schema["format"] == "uuid"))
            {
                using var answer = await inBlue.Counted($"{operation.Path}?{name}={theirs.IdFor(name)}");
                if (answer.Status >= 500 || (await answer.Text()).Contains(ApiRecords.Word, StringComparison.OrdinalIgnoreCase))
                    wrong.Add($"{operation}, {name}: {answer.Status}");
            }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal([], before.ChangesUntil(await DatabaseImage.TakeAsync(green)));
        Assert.Equal([], ownBefore.ChangesUntil(await DatabaseImage.TakeAsync(blue)));
        Assert.Equal([], homeBefore.ChangesUntil(await DatabaseImage.TakeAsync(app)));
    }

    [Fact]
    public async Task E02_No_field_of_a_body_takes_what_another_tenant_has()
    {
        await using var app = await TestApp.StartAsync(Unlimited);
        var green = await TestTenant.MakeAsync(app, "green");
        var (own, theirs) = (await ApiRecords.MakeAsync(app), await ApiRecords.MakeAsync(green));
        var contract = await ApiContract.ReadAsync(app);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var (before, ownBefore) = (await DatabaseImage.TakeAsync(green), await DatabaseImage.TakeAsync(app));

        List<string> wrong = [];
        var fields = 0;
        foreach (var operation in contract.Operations.Where(operation => operation.Body?["example"] is JsonObject))
            foreach (var name in Identifiers(contract, operation))
            {
                var body = operation.Body!["example"]!.DeepClone().AsObject();
                foreach (var other in Identifiers(contract, operation))
                    body[other] = other == name ? $"{theirs.IdFor(name)}" : null;
                using var answer = await alice.Send(new(operation.Method), own.AddressOf(operation), body.ToJsonString());
                fields++;
                // A choice of people by a role that isn't there is nobody.
                var isChoice = operation.Path.StartsWith("/api/v1/second-factor-coverage/", StringComparison.Ordinal);
                if (answer.Status is (< 400 or >= 500) && !isChoice || (await answer.Text()).Contains($"{theirs.IdFor(name)}", StringComparison.Ordinal))
                    wrong.Add($"{operation}, {name}: {answer.Status}");
            }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(fields > 15);
        Assert.Equal([], before.ChangesUntil(await DatabaseImage.TakeAsync(green)));
        Assert.Equal([], ownBefore.ChangesUntil(await DatabaseImage.TakeAsync(app)));
    }

    [Fact]
    public async Task E03_Who_administers_one_organization_reads_nothing_of_another()
    {
        await using var app = await TestApp.StartAsync(Unlimited);
        var north = await app.GivenPlace("North");
        var carol = await app.Given(Carol, SystemRoles.Administrator, north);
        var theirs = await ApiRecords.MakeAsync(app);
        app.ForgetAccess();
        var contract = await ApiContract.ReadAsync(app);
        using var hers = await ApiClient.SignInAsync(app, carol);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);

        List<string> told = [];
        var seen = 0;
        foreach (var operation in contract.Operations.Where(operation => operation.Method == "GET" && operation.Id is not ("get_person" or "get_avatar")))
            foreach (var address in AddressesOf(operation, theirs))
            {
                using var answer = await hers.Counted(address);
                if ((await answer.Text()).Contains(ApiRecords.Word, StringComparison.OrdinalIgnoreCase))
                    told.Add(address);
                using var all = await alice.Counted(address);
                seen += (await all.Text()).Contains(ApiRecords.Word, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            }

        Assert.True(told.Count == 0, string.Join("\n", told));
        Assert.True(seen > 40, $"{seen}");
        Assert.Equal(200, (await hers.Get($"/api/v1/organizations/{north}")).Status);
    }

    // Ending what there isn't, and looking for what is left of somebody: whose account is gone is known by their identifier alone.
    private static bool IsHarmless(ApiOperation operation) => operation.Id is "get_audit_erasure" || operation is { Method: "DELETE", Path: "/api/v1/dormancy/exemptions/{userId}" };

    private static IEnumerable<string> AddressesOf(ApiOperation operation, ApiRecords records)
    {
        var address = records.AddressOf(operation);
        yield return address;
        foreach (var (name, _, schema) in operation.Parameters.Where(parameter => parameter.In == "query"))
            if (name == "search")
                yield return $"{address}?search={ApiRecords.Word}&page_size=200";
            else if ((string?)schema["format"] == "uuid")
                yield return $"{address}?{name}={records.IdFor(name)}";
    }

    private static IReadOnlyList<string> Identifiers(ApiContract contract, ApiOperation operation) =>
        [.. (contract.Resolve(operation.Body!["schema"]!)["properties"]?.AsObject() ?? []).Where(property => (string?)contract.Resolve(property.Value!)["format"] == "uuid").Select(property => property.Key)];

    private static string? CodeOf(string text) => text.StartsWith('{') ? (string?)JsonNode.Parse(text)!["code"] : null;
}
