using System.Text.Json.Nodes;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Api;

/// <summary>Walks over all that the OpenAPI document promises, whatever it is, and holds the endpoints to it.</summary>
public class ApiContractTests
{
    private static readonly (string Name, string Value)[] Unlimited = [("Api:Docs", "true"), ("Api:RequestsPerMinute", "1000000"), ("Api:RequestsPerMinuteAndAddress", "1000000"), ("Api:SignInsPerMinuteAndAddress", "100000")];

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task D07_D09_D11_Whatever_is_sent_wrongly_is_refused_with_problem_details_and_changes_nothing(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, Unlimited);
        var records = await ApiRecords.MakeAsync(app);
        var contract = await ApiContract.ReadAsync(app);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var before = await DatabaseImage.TakeAsync(app);

        List<string> wrong = [];
        HashSet<string> known = [];
        foreach (var operation in contract.Operations)
            foreach (var (what, query, body) in Mistakes(contract, operation, known))
            {
                using var answer = await alice.Send(new(operation.Method), records.AddressOf(operation) + query, body);
                if (answer.Status is < 400 or >= 500)
                    wrong.Add($"{operation}, {what}: {answer.Status}");
                else if (contract.Differences(await answer.Json(), JsonNode.Parse("""{"$ref":"#/components/schemas/ApiProblem"}""")!).FirstOrDefault() is { } difference || answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
                    wrong.Add($"{operation}, {what}: no problem details");
            }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal([], before.ChangesUntil(await DatabaseImage.TakeAsync(app)));
        // What isn't a mistake is seen.
        Assert.Equal(200, (await alice.Patch($"/api/v1/users/{records["users"]}", new { city = "Springfield" })).Status);
        Assert.Contains(before.ChangesUntil(await DatabaseImage.TakeAsync(app)), row => row.StartsWith("+ users ", StringComparison.Ordinal) && row.Contains("Springfield", StringComparison.Ordinal));
    }

    [Fact]
    public async Task D11_Unknown_identifiers_and_values_of_any_length_make_nothing_fail()
    {
        await using var app = await TestApp.StartAsync(Unlimited);
        var contract = await ApiContract.ReadAsync(app);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);

        List<string> wrong = [];
        foreach (var operation in contract.Operations.Where(operation => operation.Path.Contains('{', StringComparison.Ordinal)))
        {
            using var answer = await alice.Send(new(operation.Method), AddressOf(operation), operation.Body?["example"]?.ToJsonString());
            if (answer.Status >= 500 || operation.Method == "GET" && answer.Status < 400 && operation.Id is not "get_audit_erasure")
                wrong.Add($"{operation}: {answer.Status}");
        }
        foreach (var operation in contract.Operations.Where(operation => operation.Method == "GET"))
            foreach (var (name, _, _) in operation.Parameters.Where(parameter => parameter.In == "query"))
                foreach (var value in new[] { "%00%E2%80%AE", new string('9', 3000), "0001-01-01T00:00:00Z", "9999-12-31" })
                {
                    using var answer = await alice.Get($"{AddressOf(operation)}?{name}={value}");
                    if (answer.Status >= 500)
                        wrong.Add($"{operation}, {name}={value[..Math.Min(30, value.Length)]}: {answer.Status}");
                }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public async Task H1_What_is_read_is_as_the_document_says()
    {
        await using var app = await TestApp.StartAsync(Unlimited);
        foreach (var person in new[] { Cast.Bob, Cast.Carol, Cast.Erin })
            await app.Given(person);
        var contract = await ApiContract.ReadAsync(app);
        var records = await ApiRecords.MakeAsync(app);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);

        await alice.Post("/api/v1/users", new { username = "john_doe", email = "john@example.com", first_name = "John", last_name = "Doe" });
        await alice.Post("/api/v1/audit/seals");

        List<string> wrong = [], missing = [];
        var read = 0;
        foreach (var operation in contract.Operations.Where(operation => operation.Method == "GET" && operation.SchemaOf(200) is not null))
        {
            using var answer = await alice.Counted(records.AddressOf(operation));
            if (answer.Status == 200)
                wrong.AddRange(contract.Differences(await answer.Json(), operation.SchemaOf(200)!).Take(3).Select(difference => $"{operation}: {difference}"));
            else
                missing.Add(operation.Id);
            read++;
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        // Others' files are not to be read, whoever is there can't be erased, and there are no other tenants and no terms of use.
        Assert.True(missing.Except(["get_audit_erasure", "get_export", "get_tenant", "get_terms"]).FirstOrDefault() is null, string.Join(' ', missing));
        Assert.True(read > 100, $"{read}");
    }

    // Each endpoint gets every kind of mistake; each field of a body that several endpoints share is tried at the first of them.
    private static IEnumerable<(string What, string Query, string? Body)> Mistakes(ApiContract contract, ApiOperation operation, HashSet<string> known)
    {
        foreach (var (name, place, schema) in operation.Parameters.Where(parameter => parameter.In == "query"))
            if (!contract.TypesOf(schema).Contains("string") || contract.Resolve(schema)["format"] is not null)
                yield return ($"{name}=nonsense", $"?{name}=nonsense", operation.Body?["example"]?.ToJsonString());
        if (operation.Body is not { } body || body["example"] is not JsonObject example)
            yield break;
        foreach (var text in new[] { "", "{", "[]", "{\"a\":1,\"a\":2}", $"{{\"x\":\"{new string('a', 70_000)}\"}}" })
            yield return (text[..Math.Min(12, text.Length)], "", text);
        yield return ("an unknown field", "", With(example, "no_such_field", 1));
        var isNew = known.Add($"{operation.Method == "PATCH"} {body["schema"]!.ToJsonString()}");
        var (types, lengths) = (0, 0);
        foreach (var (name, schema) in contract.Resolve(body["schema"]!)["properties"]?.AsObject() ?? [])
        {
            var allowed = contract.TypesOf(schema!);
            if (allowed.Count == 0)
                continue;
            if (isNew || types++ == 0)
                yield return ($"{name} of another type", "", With(example, name, allowed.Contains("null") || name.Length % 2 == 0 ? allowed.Contains("object") ? 7 : new JsonObject { ["a"] = 1 } : null));
            if (allowed.Contains("string") && contract.Resolve(schema!) is { } text && (text["enum"] ?? text["format"] ?? text["maxLength"]) is not null && (isNew || lengths++ == 0))
                yield return ($"{name} is too long", "", With(example, name, new string('x', ((int?)text["maxLength"] ?? 30_000) + 1)));
        }
    }

    private static string With(JsonObject example, string name, JsonNode? value)
    {
        var changed = example.DeepClone().AsObject();
        changed[name] = value;
        return changed.ToJsonString();
    }

    // Nothing that there is, so that nothing is changed that others here look at.
    private static string AddressOf(ApiOperation operation) => operation.Parameters.Where(parameter => parameter.In == "path")
        .Aggregate(operation.Path, (path, parameter) => path.Replace($"{{{parameter.Name}}}", (string?)parameter.Schema["format"] == "uuid" ? "0193a1b2-2222-7000-8000-000000000009" : "nothing", StringComparison.Ordinal));
}
