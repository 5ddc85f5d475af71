using Microsoft.AspNetCore.Diagnostics;
using UserAdmin.Core.Data;

namespace UserAdmin.Web.Hosting;

internal static class ErrorPages
{
    /// <summary>A page for every failure and every refusal, also of a form: the page itself is read, not posted to.</summary>
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            CreateScopeForErrors = true,
            // What can't be recorded does not happen; that is no fault of the request, nor of ours (J07).
            StatusCodeSelector = failure => DatabaseOutage.IsBehind(failure) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            if (context.Features.Get<IExceptionHandlerFeature>() is not null || context.Features.Get<IStatusCodeReExecuteFeature>() is not null)
            {
                (context.Request.Method, context.Request.ContentType) = (HttpMethods.Get, null);
                context.SetEndpoint(null);
            }
            return next();
        });
        app.UseRouting();
    }
}
