using Microsoft.Extensions.Configuration;
using UserAdmin.Web.Hosting;

namespace UserAdmin.Tests.Hosting;

public class SettingsTests
{
    [Theory]
    [InlineData("Database:Provider", "Oracle")]
    [InlineData("Database:ConnectionString", "")]
    [InlineData("Database:CommandTimeout", "0")]
    [InlineData("Database:CommandTimeout", "soon")]
    [InlineData("Database:MaxBatchSize", "100000")]
    [InlineData("SignIn:PauseMinutes", "61")]
    [InlineData("SignIn:ActivationHours", "0")]
    [InlineData("SignIn:MaxAttempts", "11")]
    [InlineData("SignIn:HardLimit", "101")]
    [InlineData("Passwords:HashRounds", "100000")]
    [InlineData("Passwords:MinimumLength", "8")]
    [InlineData("Users:RestoreDays", "-1")]
    [InlineData("Turnstile:VerifyUrl", "http://example.org/verify")]
    [InlineData("Turnstile:ScriptUrl", "javascript:alert(1)")]
    [InlineData("Portal:PublicUrl", "people.example.org")]
    [InlineData("Portal:LogFolder", "")]
    [InlineData("Mail:From", "portal")]
    [InlineData("Mail:From", "Portal <portal@example.org>")]
    [InlineData("Mail:Port", "0")]
    [InlineData("Mail:Security", "Ssl")]
    [InlineData("Sms:BaseUrl", "http://sms.example.org")]
    [InlineData("Keys:MasterKey", "c2hvcnQ=")]
    [InlineData("Keys:MasterKey", "not base64")]
    [InlineData("Portal:Publicurll", "https://people.example.org")]
    [InlineData("Databse:Provider", "Sqlite")]
    [InlineData("Policies:RegistrationPolicy:Mode", "Sometimes")]
    [InlineData("Policies:SessionPolicy:IdleMinutes", "61")]
    [InlineData("Policies:Sesions", "1")]
    public void A_wrong_setting_is_named_in_one_line(string name, string value)
    {
        var output = new StringWriter();

        Assert.True(SettingsCheck.Report(With(name, value), output));

        var line = Assert.Single(output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"UserAdmin:{(name.StartsWith("Databse", StringComparison.Ordinal) ? "Databse" : name)} ", line);
    }

    [Theory]
    [InlineData("acme:Authority", "http://login.example.org", "acme:Authority must be an https address")]
    [InlineData("acme:Authority", "login.example.org", "acme:Authority must be an https address")]
    [InlineData("acme:Scopes", "email", "acme:Scopes must contain openid")]
    [InlineData("acme:ClientSecret", "", "acme:ClientSecret must not be empty")]
    [InlineData("acme:Secret", "x", "acme:Secret is not a setting of UserAdmin")]
    [InlineData("a_b:Name", "x", "a_b is not a name that can be used")]
    public void A_wrong_setting_of_a_sign_in_provider_is_named(string name, string value, string problem)
    {
        var settings = new Dictionary<string, string?> { ["Name"] = "Acme", ["Authority"] = "https://login.example.org", ["ClientId"] = "us", ["ClientSecret"] = "x" }
            .ToDictionary(setting => $"UserAdmin:ExternalSignIn:Providers:acme:{setting.Key}", setting => setting.Value);
        var (right, wrong) = (new StringWriter(), new StringWriter());

        Assert.False(SettingsCheck.Report(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), right));
        settings[$"UserAdmin:ExternalSignIn:Providers:{name}"] = value;
        Assert.True(SettingsCheck.Report(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), wrong));

        Assert.StartsWith($"UserAdmin:ExternalSignIn:Providers:{problem}", Assert.Single(wrong.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void A_sign_in_provider_that_lacks_something_is_named()
    {
        var output = new StringWriter();

        Assert.True(SettingsCheck.Report(With("ExternalSignIn:Providers:acme:Name", "Acme"), output));

        Assert.Equal(["Authority", "ClientId", "ClientSecret"], output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line["UserAdmin:ExternalSignIn:Providers:acme:".Length..^" must not be empty.".Length]));
    }

    [Theory]
    [InlineData("UserAdmin:Mail:From must be set", "Mail:Host=mail.example.org")]
    [InlineData("UserAdmin:Mail:Port must not be 465", "Mail:Host=mail.example.org", "Mail:From=portal@example.org", "Mail:Port=465")]
    [InlineData("UserAdmin:Mail:Security must be StartTls", "Mail:Host=mail.example.org", "Mail:From=portal@example.org", "Mail:Security=None", "Mail:UserName=x", "Mail:Password=canary-secret")]
    [InlineData("UserAdmin:Sms:AuthToken must be set", "Sms:AccountSid=AC1", "Sms:From=+15005550006")]
    [InlineData("UserAdmin:Sms:From must be set", "Sms:AccountSid=AC1", "Sms:AuthToken=canary-secret")]
    public void Settings_that_are_wrong_together_are_named_without_their_secrets(string expected, params string[] settings)
    {
        var output = new StringWriter();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"UserAdmin:{setting.Split('=')[0]}", (string?)setting.Split('=')[1]))).Build();

        Assert.True(SettingsCheck.Report(configuration, output));

        Assert.StartsWith(expected, Assert.Single(output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)));
        Assert.DoesNotContain("canary-secret", output.ToString());
    }

    [Theory, InlineData("Mail:Host", "127.0.0.1", "Mail:From", "portal@example.org", "Mail:Security", "None", "Mail:Password", "x"), InlineData("Mail:Folder", "data/mail", "Mail:Port", "587", "Mail:From", "", "Sms:From", "")]
    public void Mail_to_this_machine_or_a_folder_needs_no_encryption(params string[] settings)
    {
        var output = new StringWriter();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create($"UserAdmin:{pair[0]}", (string?)pair[1]))).Build();

        Assert.False(SettingsCheck.Report(configuration, output), output.ToString());
    }

    [Theory, InlineData("Database:Provider", "postgresql"), InlineData("SignIn:PauseMinutes", "60"), InlineData("Policies:SessionPolicy:IdleMinutes", "60"), InlineData("Policies:RegistrationPolicy:Mode", "Open"), InlineData("Portal:PublicUrl", "https://people.example.org")]
    public void A_right_setting_is_not_complained_about(string name, string value)
    {
        var output = new StringWriter();

        Assert.False(SettingsCheck.Report(With(name, value), output));

        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start_with_exit_code_1_and_its_name()
    {
        var (code, output) = await RealProgram.Run(["--urls", "http://127.0.0.1:0"], ("UserAdmin__Database__Provider", "Oracle"));

        Assert.Equal(1, code);
        Assert.StartsWith("UserAdmin:Database:Provider must be one of Sqlite, PostgreSql, SqlServer", output);
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A09_A_weak_password_of_the_first_administrator_stops_the_start()
    {
        var (code, output) = await RealProgram.Run(["--urls", "http://127.0.0.1:0"], ("USERADMIN_ADMIN_EMAIL", "alice@example.org"), ("USERADMIN_ADMIN_PASSWORD", "admin"));

        Assert.Equal(1, code);
        Assert.Contains("USERADMIN_ADMIN_PASSWORD", output);
        Assert.Contains("at least 15 characters", output);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_stops_the_start_and_names_the_setting()
    {
        var (code, output) = await RealProgram.Run(["migrate"], ("UserAdmin__Database__Provider", "PostgreSql"), ("UserAdmin__Database__ConnectionString", "Host=127.0.0.1;Port=1;Username=x;Password=canary-secret;Timeout=3"));

        Assert.Equal(1, code);
        Assert.Contains("UserAdmin:Database:ConnectionString", output);
        Assert.DoesNotContain("canary-secret", output);
    }

    private static IConfiguration With(string name, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([new($"UserAdmin:{name}", value)]).Build();
}
