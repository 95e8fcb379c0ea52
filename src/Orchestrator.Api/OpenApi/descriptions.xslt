<?xml version="1.0" encoding="utf-8"?>
<!-- Compiler documentation to one line per type or property: NAME, a tab, the summary as plain text. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="utf-8" />
  <xsl:template match="/">
    <xsl:for-each select="doc/members/member[starts-with(@name, 'T:k8s.Models.') or starts-with(@name, 'P:k8s.Models.') or starts-with(@name, 'T:Orchestrator.Model.') or starts-with(@name, 'P:Orchestrator.Model.')]">
      <xsl:variable name="text"><xsl:apply-templates select="summary/node()" /></xsl:variable>
      <xsl:value-of select="concat(@name, '&#9;', normalize-space($text), '&#10;')" />
    </xsl:for-each>
  </xsl:template>
  <xsl:template match="see[@langword]"><xsl:value-of select="@langword" /></xsl:template>
  <xsl:template match="see[@cref]|seealso[@cref]">
    <xsl:call-template name="last"><xsl:with-param name="path" select="substring-after(@cref, ':')" /></xsl:call-template>
  </xsl:template>
  <xsl:template match="paramref"><xsl:value-of select="@name" /></xsl:template>
  <xsl:template name="last">
    <xsl:param name="path" />
    <xsl:choose>
      <xsl:when test="contains($path, '.')">
        <xsl:call-template name="last"><xsl:with-param name="path" select="substring-after($path, '.')" /></xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$path" /></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
