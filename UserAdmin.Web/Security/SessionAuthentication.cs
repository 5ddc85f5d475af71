using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Security;

/// <summary>
/// Takes the session's key from the cookie and asks the database, through a cache, whose it is. Nothing else is in the cookie, so an
/// ended session is dead wherever the cookie was copied to (ASVS 7.4.1), and every sign-in has a new key.
/// </summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SessionDirectory sessions, CurrentTenant tenant, Refusals refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Session";

    private const string NewPasswordPage = "/account/new-password";
    private const string IsConfined = "session-is-confined";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[SessionCookie.Name] is not { Length: > 0 and < 100 } key)
            return AuthenticateResult.NoResult();

        // A circuit's own traffic goes on when nobody is there (C02).
        var state = await sessions.FindByKeyAsync(tenant.Tenant, key, isActivity: !Request.Path.StartsWithSegments("/_blazor"), Context.RequestAborted);
        if (state is not { Kind: SessionKind.Browser })
            return AuthenticateResult.NoResult();

        // Nothing else opens, neither page nor circuit nor endpoint, before the password is replaced.
        if (state.MustChangePassword && Request.Path != NewPasswordPage && Request.Path != "/account/sign-out")
        {
            Context.Items[IsConfined] = true;
            return AuthenticateResult.NoResult();
        }

        var principal = ActorClaims.Of(state, Context.ClientAddress, SchemeName);
        return AuthenticateResult.Success(new(principal, SchemeName));
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var state = Context.User.SessionId is { } id ? await sessions.FindAsync(tenant.Tenant, id, Context.RequestAborted) : null;
        if (state is { MustEnrol: true } && HttpMethods.IsGet(Request.Method))
        {
            Response.Redirect(EnrolFirst.Page);
            return;
        }
        await base.HandleForbiddenAsync(properties);
        if (state is not null)
            await refusals.RecordAsync(Request.Path, state.ActingFrom(Context.ClientAddress, Context.TraceIdentifier), Context.RequestAborted);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var page = Context.Items.ContainsKey(IsConfined) ? NewPasswordPage : "/account/sign-in";
        Response.Redirect(HttpMethods.IsGet(Request.Method) ? $"{page}?returnUrl={Uri.EscapeDataString(Request.Path + Request.QueryString)}" : page);
        return Task.CompletedTask;
    }
}

/// <summary>What a request or circuit knows of who uses it: which session, from where. What they may do is asked anew each time.</summary>
internal static class ActorClaims
{
    private const string Session = "session";
    private const string Address = "address";
    private const string User = "user";
    private const string Impersonator = "impersonator";
    private const string Tenant = "tenant";

    public static ClaimsPrincipal Of(SessionState state, string? address, string scheme) => new(new ClaimsIdentity(
        [
            new(Session, state.Id.ToString()),
            new(Address, address ?? ""),
            new(User, state.UserId.ToString()),
            new(Tenant, state.Tenant.Name),
            new(ClaimTypes.Name, state.FullName.Length > 0 ? state.FullName : state.UserName),
            .. state.Impersonator is { } impersonator ? new Claim[] { new(Impersonator, impersonator.Id.ToString()) } : [],
        ], scheme));

    extension(HttpContext http)
    {
        /// <summary>The caller's address; behind a trusted proxy the one the proxy names.</summary>
        public string? ClientAddress =>
            (http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress)?.ToString();
    }

    extension(ClaimsPrincipal principal)
    {
        public Guid? SessionId => Guid.TryParse(principal.FindFirst(Session)?.Value, out var id) ? id : null;

        public Guid? UserId => Guid.TryParse(principal.FindFirst(User)?.Value, out var id) ? id : null;

        /// <summary>Whether an administrator sits there in this person's name.</summary>
        public bool IsActing => principal.HasClaim(claim => claim.Type == Impersonator);

        /// <summary>The tenant in whose database the session is; it is worth nothing in another.</summary>
        public string? TenantName => principal.FindFirst(Tenant)?.Value;

        public string? ClientAddress => principal.FindFirst(Address)?.Value;
    }
}
