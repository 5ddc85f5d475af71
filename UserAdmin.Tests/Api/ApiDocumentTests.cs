using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Tests.Guards;

namespace UserAdmin.Tests.Api;

public partial class ApiDocumentTests
{
    [Theory, InlineData("/api/docs"), InlineData("/api/docs/index.html"), InlineData("/api/openapi.json"), InlineData("/swagger"), InlineData("/swagger/index.html"), InlineData("/swagger/v1/swagger.json")]
    public async Task I04_In_production_there_is_no_documentation_of_the_API_unless_the_operator_says_so(string path)
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();
        using var alice = await app.SignInAs(app.Alice);

        Assert.Equal((404, 404), ((await stranger.Get(path)).Status, (await alice.Get(path)).Status));
    }

    [Fact]
    public async Task I04_H02_Where_it_is_on_the_page_opens_without_a_sign_in_and_under_a_policy_of_its_own()
    {
        await using var app = await TestApp.StartAsync(("Api:Docs", "true"));
        using var stranger = app.Open();

        using var page = await stranger.Get("/api/docs/index.html");
        using var old = await stranger.Get("/swagger/index.html");
        using var other = await stranger.Get("/account/sign-in");

        Assert.Equal((200, 404, 200), (page.Status, old.Status, other.Status));
        Assert.Contains("script-src 'self';", page.Header("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", page.Header("Content-Security-Policy"));
        Assert.Contains("frame-ancestors 'none'", page.Header("Content-Security-Policy"));
        Assert.Contains("style-src-elem 'self';", other.Header("Content-Security-Policy"));
        foreach (Match script in Scripts().Matches(await page.Text()))
            Assert.Equal(200, (await stranger.Get($"/api/docs/{script.Groups["file"].Value}")).Status);
    }

    [Fact]
    public async Task H1_The_document_has_exactly_the_operations_that_there_are_and_says_all_of_each()
    {
        await using var app = await TestApp.StartAsync(("Api:Docs", "true"));
        var contract = await ApiContract.ReadAsync(app);
        var endpoints = app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Where(ApiRouteTests.IsApi)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} /{Constraint().Replace(endpoint.RoutePattern.RawText!.Trim('/'), "")}"));

        Assert.Equal(endpoints.Order(StringComparer.Ordinal), contract.Operations.Select(operation => $"{operation}").Order(StringComparer.Ordinal));
        Assert.Equal("", string.Join("; ", contract.Operations.SelectMany(operation => Missing(contract, operation))));
        Assert.Equal(contract.Operations.Count, contract.Operations.Select(operation => operation.Id).Distinct().Count());
    }

    private static IEnumerable<string> Missing(ApiContract contract, ApiOperation operation)
    {
        foreach (var part in new[] { "operationId", "summary", "description" })
            if (string.IsNullOrWhiteSpace((string?)operation.Json[part]))
                yield return $"{operation} has no {part}";
        if (operation.Json["tags"] is not JsonArray { Count: 1 })
            yield return $"{operation} has no tag";
        if (operation.Json["security"] is not JsonArray)
            yield return $"{operation} has no security";
        if (!operation.Json["responses"]!.AsObject().Any(response => response.Key[0] == '2'))
            yield return $"{operation} has no answer";
        // Settings take what the group says that the address names, which no schema can.
        if (operation.Body is { } body && body["schema"] is { } of && contract.Resolve(of)["properties"] is not null)
            foreach (var difference in body["example"] is { } example ? contract.Differences(example, body["schema"]!) : ["no example"])
                yield return $"{operation}, example: {difference}";
        foreach (var (_, response) in operation.Json["responses"]!.AsObject())
            foreach (var (_, content) in response!["content"]?.AsObject() ?? [])
                if (content!["schema"] is { } schema)
                    contract.Resolve(schema);
    }

    [GeneratedRegex("""<script src="(?<file>[^"]+)""")]
    private static partial Regex Scripts();

    [GeneratedRegex(@"(?<=\{[^}:]+):[^}]+(?=\})")]
    private static partial Regex Constraint();
}
