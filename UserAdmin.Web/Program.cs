using UserAdmin.Core;
using UserAdmin.Web.Api;
using UserAdmin.Web.Audit;
using UserAdmin.Web.Branding;
using UserAdmin.Web.Commands;
using UserAdmin.Web.Exports;
using UserAdmin.Web.ExternalSignIn;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Hosting;
using UserAdmin.Web.Impersonation;
using UserAdmin.Web.Me;
using UserAdmin.Web.Security;
using UserAdmin.Web.Sessions;
using UserAdmin.Web.Shell;
using UserAdmin.Web.SignIn;
using UserAdmin.Web.TwoFactor;

if (CommandLine.RefuseUnknown(args) is { } exitCode)
    return exitCode;

var builder = WebApplication.CreateBuilder(args);
if (SettingsCheck.Report(builder.Configuration, Console.Error))
    return 1;

builder.AddLogFiles();
builder.AddStaticFiles();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddUserAdminCore();
builder.Services.AddPortal();
builder.Services.AddPortalSecurity();
builder.Services.AddApi();
builder.AddTrustedProxies();

var app = builder.Build();
if (CommandLine.IsCommand(args))
    return await CommandLine.RunAsync(args, app);
if (await app.PrepareAsync(Console.Out) is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 1;
}

app.UseForwardedHeaders();
app.UseSecurityHeaders();
app.UseErrorPages();
app.UseApiErrors();
app.UseLanguages();
app.UseHostNames();
app.UseCookiePolicy();
app.UseCircuitOriginCheck();
app.UseCors();
app.UseApiAddressLimit();
app.UseApiPage();
app.UseAuthentication();
app.UseApiLimit();
app.UseFeatures();
app.UseAuthorization();
app.UseIdempotency();
app.UseCircuitLimits();
app.UseFormTokens();
app.UseBrand();

app.MapStaticAssets().AllowAnonymous();
app.MapHealth();
app.MapSignIn();
app.MapPasskeys();
app.MapExternalSignIn();
app.MapSessions();
app.MapActing();
app.MapAvatars();
app.MapBrand();
app.MapActivity();
app.MapProof();
app.MapExports();
app.MapAudit();
app.MapApi();
app.MapPortal();

await app.RunAsync();
return 0;

public partial class Program;
