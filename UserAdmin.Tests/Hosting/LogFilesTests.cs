using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Hosting;

public class LogFilesTests
{
    [Fact]
    public async Task Everything_is_logged_to_one_file_and_errors_also_to_another()
    {
        await using var app = await TestApp.StartAsync();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("UserAdmin.Test");

        logger.LogInformation("all is well");
        logger.LogError("something broke");

        Assert.Contains("all is well", Read(app, "useradmin.log"));
        Assert.Contains("something broke", Read(app, "useradmin.log"));
        Assert.DoesNotContain("all is well", Read(app, "useradmin-errors.log"));
        Assert.Contains("something broke", Read(app, "useradmin-errors.log"));
    }

    [Fact]
    public async Task F04_What_people_type_cannot_make_a_line_of_its_own()
    {
        await using var app = await TestApp.StartAsync();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("UserAdmin.Test");

        logger.LogWarning("The name is {Name}", "x\r\n2026-01-01 00:00:00Z FATAL forged");

        var line = Assert.Single(Read(app, "useradmin.log").Split('\n'), line => line.Contains("forged", StringComparison.Ordinal));
        Assert.Contains("The name is x", line);
    }

    [Fact]
    public async Task D11_A_failure_stands_in_the_error_file_under_the_number_the_page_shows()
    {
        await using var app = await TestApp.StartAsync();
        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlAsync($"DROP TABLE role_assignments", TestContext.Current.CancellationToken));
        using var browser = app.Open();

        using var response = await browser.Get("/account/sign-in");
        var number = System.Text.RegularExpressions.Regex.Match(await response.Text(), "<code>([^<]+)</code>").Groups[1].Value;

        Assert.NotEmpty(number);
        Assert.Contains(number, Read(app, "useradmin-errors.log"));
        Assert.Contains("SqliteException", Read(app, "useradmin-errors.log"));
    }

    internal static string Read(TestApp app, string name = "useradmin.log")
    {
        using var file = new FileStream(Path.Combine(app.LogFolder, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
