using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Web.Hosting;

/// <summary>What has to be true before the first request: a database of the current shape and a way to get the first administrator.</summary>
internal static class Preparation
{
    public const string EmailVariable = "USERADMIN_ADMIN_EMAIL";
    public const string PasswordVariable = "USERADMIN_ADMIN_PASSWORD";

    /// <summary>Null when everything is ready, otherwise one line that says what is wrong.</summary>
    public static async Task<string?> PrepareAsync(this WebApplication app, TextWriter output)
    {
        if ((await app.MigrateAsync() ?? app.Services.GetRequiredService<DatabaseKeyRing>().FindProblem()) is { } problem)
            return problem;

        // The first use of the key ring writes to the database, which it must not do in the middle of somebody's transaction.
        app.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("UserAdmin.Start").Protect("");

        await using var scope = app.Services.CreateAsyncScope();
        if (await MakeAuditKeyAsync(scope.ServiceProvider, output) is { } unusable)
            return unusable;
        var administrator = scope.ServiceProvider.GetRequiredService<FirstAdministrator>();
        app.Services.GetRequiredService<PasswordHashing>().Warm();
        if (!await administrator.IsMissingAsync(CancellationToken.None))
            return null;

        var email = app.Configuration[EmailVariable];
        if (!string.IsNullOrEmpty(email))
            return await CreateAsync(administrator, email, app.Configuration[PasswordVariable] ?? "");

        var token = app.Services.GetRequiredService<SetupToken>().Create();
        await output.WriteLineAsync($"""

            There is no administrator yet. Open /setup in a browser within 30 minutes and enter this one-time token:

                {token}

            (A new one is made at the next start. For automation set {EmailVariable} and {PasswordVariable}.)

            """);
        return null;
    }

    // What the first key's fingerprint is should be known outside of this server from the beginning.
    private static async Task<string?> MakeAuditKeyAsync(IServiceProvider services, TextWriter output)
    {
        var keys = services.GetRequiredService<AuditKeys>();
        if (await keys.FirstFingerprintAsync(CancellationToken.None) is not null)
            return null;
        try
        {
            (await keys.CurrentAsync(CancellationToken.None)).Value?.Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"The key of the audit log can't be written; check UserAdmin:Audit:KeyFolder. {failure.Message.ReplaceLineEndings(" ")}";
        }
        if (await keys.FirstFingerprintAsync(CancellationToken.None) is { } fingerprint)
            await output.WriteLineAsync($"""

                The audit log is signed with a key of this fingerprint. Keep it outside of this server: it proves later that the log is the one that began here.

                    {fingerprint}

                """);
        return null;
    }

    public static async Task<string?> MigrateAsync(this WebApplication app)
    {
        try
        {
            await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
            return null;
        }
        catch (TimeoutException held)
        {
            return held.Message;
        }
        catch (Exception failure) when (failure is DbException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return $"The database can't be opened or migrated; check UserAdmin:Database:ConnectionString. {failure.Message.ReplaceLineEndings(" ")}";
        }
    }

    public static async Task<string?> CreateAsync(FirstAdministrator administrator, string email, string password, string firstName = "First", string lastName = "Administrator", bool onlyFirst = true)
    {
        var form = new AdministratorForm { FirstName = firstName, LastName = lastName, Email = email, Password = password };
        var results = new List<ValidationResult>();
        if (!Validator.TryValidateObject(form, new(form), results, validateAllProperties: true))
            return $"The administrator can't be made ({EmailVariable}, {PasswordVariable}): {results[0].ErrorMessage}";

        var created = await administrator.CreateAsync(form, onlyFirst, null, CancellationToken.None);
        return created.Succeeded || created.Problem == FirstAdministrator.AlreadyThere
            ? null
            : $"The administrator can't be made ({EmailVariable}, {PasswordVariable}): {created.Problem.Message}";
    }
}
