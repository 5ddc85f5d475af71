using System.Diagnostics;

namespace UserAdmin.Tests.Api;

/// <summary>What others say of the OpenAPI document: two linters, and a compiler that reads a client made of it. They come from the npm registry, once for each machine.</summary>
public class ApiLintTests
{
    private const string Client = """
        import type { components, paths } from "./api";

        type Users = paths["/api/v1/users"]["get"]["responses"]["200"]["content"]["application/json"];
        type NewUser = paths["/api/v1/users"]["post"]["requestBody"]["content"]["application/json"];
        type Problem = components["schemas"]["ApiProblem"];

        export const john: NewUser = { username: "john_doe", email: "john@example.com", first_name: "John", last_name: "Doe" };

        // @ts-expect-error: there is no such field.
        export const wrong: NewUser = { username: "john_doe", password_hash: "x" };

        export async function names(base: string, token: string): Promise<string[]> {
            const response = await fetch(`${base}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });
            if (!response.ok)
                throw new Error(((await response.json()) as Problem).code);
            return ((await response.json()) as Users).results.map(user => `${user.first_name}: ${user.status satisfies "active" | "pending" | "inactive" | "locked" | "expired" | "deleted"}`);
        }
        """;

    [Fact]
    public async Task H1_Linters_find_nothing_wrong_in_the_document()
    {
        var folder = await WithDocument();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "rules.yaml"), "extends: [\"spectral:oas\"]\n", TestContext.Current.CancellationToken);

            Assert.Equal((0, ""), await Run(folder, "@stoplight/spectral-cli@6.16.3", "spectral", "lint", "openapi.json", "--ruleset", "rules.yaml", "--fail-severity", "error", "--quiet"));
            Assert.Equal((0, ""), await Run(folder, "@redocly/cli@2.77.0", "redocly", "lint", "openapi.json", "--extends", "recommended", "--format", "json"));
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    [Fact]
    public async Task H1_A_client_in_TypeScript_that_is_made_of_the_document_compiles_and_knows_its_fields()
    {
        var folder = await WithDocument();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "client.ts"), Client, TestContext.Current.CancellationToken);

            Assert.Equal((0, ""), await Run(folder, "openapi-typescript@7.13.0", "openapi-typescript", "openapi.json", "-o", "api.d.ts"));
            Assert.Equal((0, ""), await Run(folder, "typescript@5.9.3", "tsc", "--strict", "--noEmit", "--lib", "es2022,dom", "--module", "es2022", "--moduleResolution", "bundler", "client.ts"));
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    private static async Task<string> WithDocument()
    {
        await using var app = await TestApp.StartAsync(("Api:Docs", "true"));
        using var stranger = new ApiClient(app);
        using var answer = await stranger.Get("/api/openapi.json");
        var folder = Directory.CreateTempSubdirectory("useradmin-test-lint-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "openapi.json"), await answer.Text(), TestContext.Current.CancellationToken);
        return folder;
    }

    /// <summary>What a program says that doesn't end well; what it says otherwise is of no interest.</summary>
    private static async Task<(int Code, string Output)> Run(string folder, string package, string program, params string[] arguments)
    {
        var installed = await NodeServer.InstallAsync(package);
        var start = new ProcessStartInfo(Path.Combine(installed, "node_modules", ".bin", program), arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, process.ExitCode == 0 ? "" : string.Concat(output));
    }
}
