using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Hosting;

public class CommandTests
{
    [Fact]
    public async Task An_unknown_command_is_refused_with_the_help()
    {
        var (code, output) = await RealProgram.Run(["explode"]);

        Assert.Equal(2, code);
        Assert.Contains("There is no command 'explode'.", output);
        Assert.Contains("./run create-admin", output);
    }

    [Fact]
    public async Task Help_tells_the_commands()
    {
        var (code, output) = await RealProgram.Run(["help"]);

        Assert.Equal(0, code);
        Assert.Contains("./run seed", output);
    }

    [Fact]
    public async Task An_administrator_can_be_made_from_the_command_line()
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-run-").FullName;
        try
        {
            string[] command = ["create-admin", "--email", "alice@example.org", "--first-name", "Alice", "--last-name", "Archer"];
            var made = await RealProgram.RunIn(folder, command, ("USERADMIN_ADMIN_PASSWORD", Password));
            var again = await RealProgram.RunIn(folder, command, ("USERADMIN_ADMIN_PASSWORD", Password));

            Assert.Equal((0, 1), (made.Code, again.Code));
            Assert.Contains("alice@example.org is an administrator now.", made.Output);
            Assert.Contains("has this email address", again.Output);
            await using var services = TestPortal.Build(DatabaseProvider.Sqlite, $"Data Source={folder}/data/useradmin.db;Pooling=false", new(), []);
            await using var scope = services.CreateAsyncScope();
            var alice = await scope.ServiceProvider.GetRequiredService<UserAdminDbContext>().Users.SingleAsync(TestContext.Current.CancellationToken);
            Assert.Equal("Alice Archer", alice.FullName);
            Assert.Equal(PasswordVerificationResult.Success, new PasswordHasher<Core.Users.User>().VerifyHashedPassword(alice, alice.PasswordHash!, Password));
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    [Theory]
    [InlineData("create-admin"), InlineData("create-admin", "--email", "nobody"), InlineData("seed"), InlineData("seed", "--users", "many")]
    public async Task A_command_that_lacks_something_says_what_and_ends_with_exit_code_1(params string[] command)
    {
        var (code, output) = await RealProgram.Run(command, ("USERADMIN_ADMIN_PASSWORD", Password));

        Assert.Equal(1, code);
        Assert.NotEmpty(output.Trim());
        Assert.DoesNotContain("Exception", output);
    }
}
